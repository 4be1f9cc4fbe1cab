import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summaryProgram } from '../../src/extend.js';
import {
  bernoulli,
  categorical,
  dense,
  gaussian,
  type Likelihood,
  predict,
  sequential,
  sparseVariational,
} from '../../src/index.js';
import { bindBatch } from '../../src/program/index.js';
import * as random from '../../src/random/index.js';
import { createReferenceBackend, evaluate } from '../../src/reference/index.js';

const entropyOf = (p: readonly number[]) => -p.reduce((sum, value) => sum + value * Math.log(value), 0);
const softmax = (logits: readonly number[]) => {
  const exponentials = logits.map(Math.exp);
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
};

/** Mutual information of a mask that is 0 with probability `rate` and a prediction, and its estimate from k zeros of n. */
function exact(kept: readonly number[], dropped: readonly number[], rate: number) {
  const information = (share: number) => {
    const mean = kept.map((p, i) => share * dropped[i] + (1 - share) * p);
    return entropyOf(mean) - share * entropyOf(dropped) - (1 - share) * entropyOf(kept);
  };
  const corrected = (zeros: number, samples: number) => {
    const share = zeros / samples;
    const missing = kept.reduce((sum, p, i) => {
      const variance = (samples / (samples - 1)) * share * (1 - share) * (p - dropped[i]) ** 2;
      return sum + variance / (share * dropped[i] + (1 - share) * p) / (2 * samples);
    }, 0);
    return Math.min(information(share) + missing, Math.log(kept.length));
  };
  const expectation = (samples: number, of: (zeros: number) => number) => {
    let chance = (1 - rate) ** samples;
    let sum = 0;
    for (let zeros = 0; zeros <= samples; zeros++) {
      sum += chance * of(zeros);
      chance *= (((samples - zeros) / (zeros + 1)) * rate) / (1 - rate);
    }
    return sum;
  };
  return { truth: information(rate), information, corrected, expectation };
}

describe('mutual information from samples', () => {
  it('is corrected for what the entropy of a mean of few samples lacks', async () => {
    const cases = fc.record({
      classes: fc.integer({ min: 2, max: 5 }),
      rate: fc.double({ min: 0.3, max: 0.7, noNaN: true }),
      samples: fc.integer({ min: 16, max: 40 }),
      seed: fc.nat(1e6),
    });
    const rows = 3000;
    await fc.assert(
      fc.asyncProperty(cases, async ({ classes, rate, samples, seed }) => {
        const model = sequential({ input: [1], noise: bernoulli({ rate }), layers: [dense({ units: classes })] });
        const weights = random.normal(random.key(seed), classes);
        const bias = random.normal(random.key(seed + 1), classes);
        const { mutualInformation } = await predict(model, {
          backend: createReferenceBackend(),
          parameters: {
            'dense1/weights': { shape: [1, classes], data: weights },
            'dense1/bias': { shape: [classes], data: bias },
          },
          inputs: new Float32Array(rows).fill(1),
          samples,
          seed,
        });
        const kept = softmax([...bias].map((value, i) => value + weights[i] / (1 - rate)));
        const { truth, information, corrected, expectation } = exact(kept, softmax([...bias]), rate);
        const expected = expectation(samples, (zeros) => corrected(zeros, samples));
        const square = expectation(samples, (zeros) => corrected(zeros, samples) ** 2);
        const mean = mutualInformation.reduce((sum, value) => sum + value, 0) / rows;
        // Once in 1e9, and float32 probabilities.
        const threshold = 6.1094 * Math.sqrt(Math.max(square - expected ** 2, 0) / rows) + 1e-6;
        expect(Math.abs(mean - expected)).toBeLessThan(threshold);
        // What the correction leaves, of what it is for.
        const plain = expectation(samples, (zeros) => information(zeros / samples));
        expect(plain).toBeLessThan(truth);
        expect(Math.abs(expected - truth)).toBeLessThan(0.15 * (truth - plain));
      }),
      { numRuns: 8, seed: 1 },
    );
  });

  it.each([
    ['classes', categorical(), 3],
    ['values', gaussian({ logVariance: -1 }), 2],
  ] as [string, Likelihood, number][])(
    'is the same in the program that others put into a graph: %s',
    async (_, likelihood, units) => {
      const rows = 5;
      const noise = sparseVariational({ logVariance: -2 });
      const model = sequential({ input: [2], noise, likelihood, layers: [dense({ units })] });
      const logVariance = random.normal(random.key(4), units);
      const parameters = {
        'dense1/weights': { shape: [2, units], data: random.normal(random.key(1), 2 * units) },
        'dense1/bias': { shape: [units], data: random.normal(random.key(2), units) },
        'dense1/logVariance': { shape: [2, units], data: random.normal(random.key(3), 2 * units) },
        'likelihood/logVariance': { shape: [units], data: logVariance },
      };
      // The backend's last results are what is carried after the last sample.
      const backend = createReferenceBackend();
      let carried: Record<string, Float32Array> = {};
      const names = new Map<unknown, string>();
      const watched = {
        ...backend,
        async compile(...given: Parameters<typeof backend.compile>) {
          const executable = await backend.compile(...given);
          return {
            ...executable,
            run: (...inputs: Parameters<typeof executable.run>) => {
              const result = executable.run(...inputs);
              for (const [name, tensor] of Object.entries(result.carried)) names.set(tensor, name);
              return result;
            },
          };
        },
        async read(tensor: Parameters<typeof backend.read>[0]) {
          const values = await backend.read(tensor);
          carried = { ...carried, [names.get(tensor) ?? 'other']: values };
          return values;
        },
      };
      for (const samples of [1, 2, 7]) {
        const prediction = await predict(model, {
          backend: watched,
          parameters,
          inputs: random.normal(random.key(9), rows * 2),
          samples,
        });
        const program = bindBatch(summaryProgram(model), rows);
        const inputs = { ...carried, samples: [samples], 'likelihood/logVariance': logVariance };
        const needed = program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : []));
        const summary = evaluate(program, {
          inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => needed.includes(name))),
        });
        const said = new Map<string, ArrayLike<number>>(
          Object.entries(prediction).filter(([name]) => summary[name]) as [string, ArrayLike<number>][],
        );
        expect(said.size).toBe(3);
        for (const [name, values] of said) {
          summary[name].forEach((value, i) => {
            expect(Math.abs(value - values[i]), name).toBeLessThan(1e-12);
          });
        }
      }
    },
  );
});
