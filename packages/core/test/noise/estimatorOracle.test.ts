import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alphaOfRate, momentsProgram } from '../../src/extend.js';
import {
  bernoulli,
  bernoulliLearned,
  flipout,
  gaussianDropout,
  localReparametrization,
  meanField,
  type NoiseModel,
  separateSamples,
  singleSample,
  sparseVariational,
  variationalDropout,
} from '../../src/index.js';
import { bindBatch, createBuilder, elementCount } from '../../src/program/index.js';
import * as random from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';
import { convolve, type Fixture, fixture, geometries } from './loopLayer.js';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const relaxedFactor = (rho: number, u: number, temperature: number) =>
  sigmoid(-(rho + Math.log((u + 2 ** -24) / (1 - u - 2 ** -24))) / temperature) * (1 + Math.exp(rho));

/** A noise model, and what it is by its definition. */
interface Definition {
  readonly model: NoiseModel;
  /** Deviation of a weight from its mean and its own parameter. */
  readonly deviation?: (mean: number, own: number) => number;
  /** The factor of an input, or of a weight, from a random number and its own parameter. */
  readonly factor?: (drawn: number, own: number) => number;
}

const alpha = alphaOfRate(0.3);
const noises: Readonly<Record<string, Definition>> = {
  'gaussian B': { model: gaussianDropout({ type: 'B', rate: 0.3 }), deviation: (mean) => Math.sqrt(alpha) * mean },
  sparse: { model: sparseVariational(), deviation: (_, own) => Math.exp(own / 2) },
  'mean field': { model: meanField(), deviation: (_, own) => Math.exp(own / 2) },
  ...Object.fromEntries(
    (['network', 'layer', 'input', 'output', 'weight'] as const).map((each) => [
      `variational B, ${each}`,
      {
        model: variationalDropout({ type: 'B', alpha: each }),
        deviation: (mean: number, own: number) => Math.sqrt(sigmoid(own)) * mean,
      },
    ]),
  ),
  'learned, weight': {
    model: bernoulliLearned({ rates: 'weight', temperature: 0.3 }),
    factor: (u, own) => relaxedFactor(own, u, 0.3),
  },
  bernoulli: { model: bernoulli({ rate: 0.3 }), factor: (u) => (u < 0.3 ? 0 : 1 / 0.7) },
  'gaussian A': { model: gaussianDropout({ type: 'A', rate: 0.3 }), factor: (z) => 1 + Math.sqrt(alpha) * z },
  ...Object.fromEntries(
    (['network', 'layer', 'input'] as const).map((each) => [
      `variational A, ${each}`,
      {
        model: variationalDropout({ type: 'A', alpha: each }),
        factor: (z: number, own: number) => 1 + Math.sqrt(sigmoid(own)) * z,
      },
    ]),
  ),
  ...Object.fromEntries(
    (['layer', 'input'] as const).map((each) => [
      `learned, ${each}`,
      {
        model: bernoulliLearned({ rates: each, temperature: 0.3 }),
        factor: (u: number, own: number) => relaxedFactor(own, u, 0.3),
      },
    ]),
  ),
};

type DrawnNoise = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float64Array }>>;

/** Outputs of the layer in float64, and the noise that it asked for, by stream. */
function sample({ model, parameters, rows }: Fixture, seed: number) {
  const b = createBuilder('forward');
  const inputs = Object.fromEntries(model.parameters.map((each) => [each.name, b.input(each.name, each.shape)]));
  b.output('y', model.apply(b, b.input('x', ['batch', ...model.inputShape]), inputs, 'sample'));
  const program = bindBatch(b.build(), rows.length);
  const drawn: Record<string, DrawnNoise[string]> = {};
  const nodes = program.nodes.flatMap((node) => (node.op === 'noise' ? [node] : []));
  const { y } = evaluate(program, {
    inputs: { x: rows.flatMap((row) => [...row]), ...parameters },
    keys: Object.fromEntries(nodes.map(({ key }, i) => [key, { words: [i, 0] as const }])),
    noise: (_, [index], out) => {
      const { key, shape, distribution } = nodes[index];
      const data = Float64Array.from(
        (distribution === 'normal' ? random.normal : random.uniform)(
          random.foldIn(random.key(seed), index),
          out.length,
        ),
      );
      drawn[key.split('/')[1]] = { shape: shape as readonly number[], data };
      out.set(data);
    },
  });
  return { y, drawn };
}

const squared = (values: Float64Array) => values.map((value) => value * value);

/** Pre-activations of row m under one estimator, as loops over the same noise. */
function byLoops(layer: Fixture, definition: Definition, estimator: string, drawn: DrawnNoise, m: number): number[] {
  const { geometry, weights, own, rows } = layer;
  const [, , channels, filters] = geometry.filter;
  const { model: noise, deviation, factor } = definition;
  const image = rows[m];
  const shared = estimator === 'single';
  /** The noise of this row, or of all rows, as many numbers as there have to be. */
  const noiseOf = (key: string, each: number, ofAll = shared) => {
    const { shape, data } = drawn[key];
    expect(elementCount(shape), `${key} [${shape}]`).toBe((ofAll ? 1 : rows.length) * each);
    return data.subarray(ofAll ? 0 : m * each, (ofAll ? 0 : m * each) + each);
  };
  if (noise.acts === 'inputs') {
    const factors = noiseOf(drawn.mask ? 'mask' : 'scale', channels);
    const scaled = image.map((a, i) => a * factor!(factors[i % channels], own((i % channels) * filters)));
    return convolve(geometry, scaled, weights);
  }
  const sigma = deviation ? weights.map((mean, i) => deviation(mean, own(i))) : new Float64Array();
  const gamma = convolve(geometry, image, weights);
  if (estimator === 'local') {
    const delta = convolve(geometry, squared(image), squared(sigma));
    const zeta = noiseOf('zeta', gamma.length);
    return gamma.map((mean, i) => mean + Math.sqrt(delta[i]) * zeta[i]);
  }
  if (estimator === 'flipout') {
    const epsilon = noiseOf('weights', weights.length, true);
    const [inputs, outputs] = [noiseOf('inputSigns', channels), noiseOf('outputSigns', filters)];
    const sign = (u: number) => (u < 0.5 ? 1 : -1);
    const turned = image.map((a, i) => a * sign(inputs[i % channels]));
    const perturbation = sigma.map((value, i) => value * epsilon[i]);
    const moved = convolve(geometry, turned, perturbation);
    return gamma.map((mean, i) => mean + moved[i] * sign(outputs[i % filters]));
  }
  const epsilon = noiseOf(factor ? 'mask' : 'weights', weights.length);
  const sampled = weights.map((mean, i) => (factor ? mean * factor(epsilon[i], own(i)) : mean + sigma[i] * epsilon[i]));
  return convolve(geometry, image, sampled);
}

/** A few dozen roundings of numbers of order 1 to 100, of which the root may take the half of the digits at 0. */
function expectSame(actual: Float64Array, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value)).toBeLessThan(1e-9);
  });
}

describe.each(Object.entries(noises))('%s', (_, definition) => {
  const { model: noise, deviation, factor } = definition;
  // The local form of factors of weights matches moments only; the test of moments holds it to those.
  const momentsOnly = factor !== undefined && noise.acts === 'weights';
  const estimators = [
    ...(momentsOnly ? [] : [localReparametrization()]),
    separateSamples(),
    singleSample(),
    flipout(),
  ].filter((each) => each.refuses(noise) === undefined);

  it.each(estimators.map((each) => [each.name, each] as const))(
    'is what loops make of the same noise: %s',
    (name, each) => {
      fc.assert(
        fc.property(geometries, (given) => {
          const layer = fixture(given, noise, each);
          const { y, drawn } = sample(layer, given.seed + 1);
          const expected = layer.rows.flatMap((_row, m) =>
            byLoops(layer, definition, name, drawn, m).map((value, i) => value + layer.bias(i)),
          );
          expectSame(y, expected);
        }),
        { numRuns: 12, seed: 1 },
      );
    },
  );

  // Of noise that is no Gaussian deviation the test of moments says the rest.
  if (!deviation) return;
  it('has the moments that loops give, bias and all', () => {
    fc.assert(
      fc.property(geometries, (given) => {
        const layer = fixture(given, noise, localReparametrization());
        const { geometry, weights, own, rows } = layer;
        const program = bindBatch(momentsProgram(layer.model), rows.length);
        const { mean, variance } = evaluate(program, {
          inputs: { x: rows.flatMap((row) => [...row]), ...layer.parameters },
        });
        const variances = squared(weights.map((value, i) => deviation(value, own(i))));
        expectSame(
          mean,
          rows.flatMap((row) => convolve(geometry, row, weights).map((value, i) => value + layer.bias(i))),
        );
        expectSame(
          variance,
          rows.flatMap((row) => convolve(geometry, squared(row), variances)),
        );
      }),
      { numRuns: 12, seed: 1 },
    );
  });
});
