import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  categorical,
  dense,
  evaluateRegression,
  gaussian,
  type Likelihood,
  predict,
  sequential,
  sparseVariational,
} from '../src/index.js';
import { bindBatch, createBuilder, elementCount } from '../src/program/index.js';
import * as random from '../src/random/index.js';
import { createReferenceBackend, evaluate } from '../src/reference/index.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 4 }),
  outputs: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
  seed: fc.nat(1e6),
});

const normals = (seed: number, count: number) => Float64Array.from(random.normal(random.key(seed), count));

/** `negativeLogLikelihood` of a likelihood, in float64. */
function losses(
  likelihood: Likelihood,
  rows: number,
  shape: readonly number[],
  inputs: Readonly<Record<'output' | 'target' | 'logVariance', Float64Array>>,
): Float64Array {
  const b = createBuilder('likelihood');
  const batch = ['batch', ...shape] as const;
  const own = Object.fromEntries(
    likelihood.parameters(shape).map((each) => [each.name, b.input(each.name, each.shape)]),
  );
  b.output('loss', likelihood.negativeLogLikelihood(b, b.input('output', batch), b.input('target', batch), own));
  const program = bindBatch(b.build(), rows);
  const needed = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
  return evaluate(program, {
    inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => needed.includes(name))),
  }).loss;
}

describe('the negative log likelihood of each datapoint', () => {
  it('gaussian: densities of all outputs, each with a variance of its own', () => {
    fc.assert(
      fc.property(shapes, ({ rows, outputs, seed }) => {
        const size = elementCount(outputs);
        const inputs = {
          output: normals(seed, rows * size),
          target: normals(seed + 1, rows * size),
          logVariance: normals(seed + 2, size),
        };
        const actual = losses(gaussian(), rows, outputs, inputs);
        expect(actual.length).toBe(rows);
        actual.forEach((loss, row) => {
          let density = 1;
          for (let k = 0; k < size; k++) {
            const deviation = Math.exp(inputs.logVariance[k] / 2);
            const z = (inputs.target[row * size + k] - inputs.output[row * size + k]) / deviation;
            density *= Math.exp((-z * z) / 2) / (deviation * Math.sqrt(2 * Math.PI));
          }
          expect(Math.abs(loss + Math.log(density))).toBeLessThan(1e-10 * Math.max(1, Math.abs(loss)));
        });
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('categorical: minus the logarithm of the softmax at the label, for logits of any size', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(0, 700, -700), ({ rows, outputs: [classes], seed }, shift) => {
        const size = classes + 1;
        const logits = normals(seed, rows * size);
        const labels = Array.from({ length: rows }, (_, row) => (seed + 7 * row) % size);
        const target = Float64Array.from({ length: rows * size }, (_, i) =>
          labels[Math.floor(i / size)] === i % size ? 1 : 0,
        );
        const inputs = { output: logits.map((value) => value + shift), target, logVariance: new Float64Array() };
        losses(categorical(), rows, [size], inputs).forEach((loss, row) => {
          const own = logits.subarray(row * size, (row + 1) * size);
          const probability = Math.exp(own[labels[row]]) / own.reduce((sum, value) => sum + Math.exp(value), 0);
          expect(Math.abs(loss + Math.log(probability))).toBeLessThan(1e-12 * 1000);
        });
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('of a regression is that of the predicted mean with both variances, output by output', async () => {
    const cases = fc.record({
      rows: fc.integer({ min: 1, max: 5 }),
      units: fc.integer({ min: 1, max: 3 }),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, units, seed }) => {
        const likelihood = gaussian();
        const model = sequential({ input: [2], noise: sparseVariational(), likelihood, layers: [dense({ units })] });
        const shaped = [
          ...model.parameters,
          ...likelihood.parameters([units]).map((each) => ({ ...each, name: `likelihood/${each.name}` })),
        ];
        const parameters = Object.fromEntries(
          shaped.map(({ name, shape }, i) => [
            name,
            { shape, data: random.normal(random.key(seed + i), elementCount(shape)) },
          ]),
        );
        const inputs = random.normal(random.key(seed + 9), 2 * rows);
        const options = { backend: createReferenceBackend(), parameters, inputs, samples: 9 };
        const prediction = await predict(model, options);
        const targets = random.normal(random.key(seed + 10), rows * units);
        let nll = 0;
        let squares = 0;
        targets.forEach((target, i) => {
          const aleatoric = Math.exp(parameters['likelihood/logVariance'].data[i % units]);
          expect(Math.abs(prediction.aleatoricVariance[i] / aleatoric - 1)).toBeLessThan(1e-6);
          const variance = aleatoric + prediction.epistemicVariance[i];
          const error = target - prediction.mean[i];
          squares += error ** 2;
          nll += (0.5 * (Math.log(2 * Math.PI * variance) + error ** 2 / variance)) / rows;
        });
        const metrics = evaluateRegression(prediction, targets);
        expect(Math.abs(metrics.nll - nll)).toBeLessThan(1e-6 * Math.max(1, Math.abs(nll)));
        expect(Math.abs(metrics.rmse - Math.sqrt(squares / targets.length))).toBeLessThan(1e-6);
      }),
      { numRuns: 20, seed: 1 },
    );
  });
});
