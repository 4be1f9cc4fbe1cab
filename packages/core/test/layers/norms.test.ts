import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTrainer } from '../../src/extend.js';
import {
  adam,
  batchNorm,
  dense,
  fit,
  flatten,
  groupNorm,
  initialState,
  layerNorm,
  type NormOptions,
  predict,
  rmsNorm,
  sequential,
} from '../../src/index.js';
import { elementCount } from '../../src/program/shapes.js';
import { createReferenceBackend } from '../../src/reference/index.js';
import { buildLayer, difference, randomParameters, randomValues, runLayer } from './runLayer.js';

const random = fc.record({
  places: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  channels: fc.integer({ min: 2, max: 5 }),
  batch: fc.integer({ min: 2, max: 4 }),
  seed: fc.nat(1e6),
});
const epsilon = 1e-3;

/** Mean and (biased) variance of values. */
function moments(values: ArrayLike<number>) {
  const mean = Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: Array.from(values).reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

const scaled = (x: Float64Array, a: number, c: number) => x.map((value) => a * value + c);
const channelOf = (x: ArrayLike<number>, channel: number, channels: number) =>
  Array.from(x).filter((_, i) => i % channels === channel);

describe('layerNorm, rmsNorm and groupNorm', () => {
  it('do not see the scale of inputs where ε has it too, and the first and last not their mean', () => {
    fc.assert(
      fc.property(random, fc.double({ min: 0.1, max: 10, noNaN: true }), ({ places, channels, batch, seed }, a) => {
        const shape = [...places, 2 * channels];
        const x = randomValues(seed, 1, batch * elementCount(shape));
        const layers = [
          [(small: number) => layerNorm({ epsilon: small }), 3],
          [(small: number) => rmsNorm({ epsilon: small }), 0],
          [(small: number) => groupNorm({ groups: 2, epsilon: small }), -2],
        ] as const;
        for (const [layer, c] of layers) {
          const built = buildLayer(layer(epsilon), [shape]);
          const larger = buildLayer(layer(epsilon * a ** 2), [shape]);
          const parameters = randomParameters(built, seed);
          const { output } = runLayer(built, { inputs: [x], parameters }, { rows: batch });
          const other = runLayer(larger, { inputs: [scaled(x, a, c)], parameters }, { rows: batch });
          expect(difference(other.output, output), built.kind).toBeLessThan(1e-9);
          const negative = runLayer(built, { inputs: [scaled(x, -1, 0)], parameters }, { rows: batch });
          const shift = (i: number) => parameters.shift?.[i % (2 * channels)] ?? 0;
          expect(
            difference(
              negative.output,
              output.map((y, i) => 2 * shift(i) - y),
            ),
          ).toBeLessThan(1e-12);
        }
      }),
    );
  });

  it('groupNorm of one group is layerNorm on rows; with a group for each channel it is batchNorm of one datapoint', () => {
    fc.assert(
      fc.property(random, ({ places, channels, batch, seed }) => {
        const row = buildLayer(groupNorm({ groups: 1 }), [[channels]]);
        const parameters = randomParameters(row, seed);
        const rows = randomValues(seed, 1, batch * channels);
        const got = runLayer(row, { inputs: [rows], parameters }, { rows: batch }).output;
        const layer = buildLayer(layerNorm(), [[channels]]);
        expect(difference(got, runLayer(layer, { inputs: [rows], parameters }, { rows: batch }).output)).toBeLessThan(
          1e-12,
        );
        const shape = [2, ...places, channels];
        const x = randomValues(seed, 2, elementCount(shape));
        const single = buildLayer(groupNorm({ groups: channels }), [shape]);
        const wanted = buildLayer(batchNorm(), [shape]);
        expect(
          difference(
            runLayer(single, { inputs: [x], parameters }, { rows: 1 }).output,
            runLayer(wanted, { inputs: [x], parameters, carried: zeros(channels) }, { rows: 1, training: true }).output,
          ),
        ).toBeLessThan(1e-12);
      }),
    );
  });
});

const zeros = (channels: number) => ({ mean: new Float64Array(channels), variance: new Float64Array(channels) });

describe('batchNorm', () => {
  it('in training: channels of mean 0 and variance 1 but for ε, and running statistics that move towards unbiased ones', () => {
    fc.assert(
      fc.property(
        random,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        ({ places, channels, batch, seed }, updateRate) => {
          const shape = [...places, channels];
          const built = buildLayer(batchNorm({ epsilon, updateRate, scale: false, shift: false }), [shape]);
          const x = randomValues(seed, 1, batch * elementCount(shape)).map((value, i) => 2 * value + (i % channels));
          const carried = {
            mean: randomValues(seed, 2, channels),
            variance: randomValues(seed, 3, channels).map(Math.exp),
          };
          const result = runLayer(built, { inputs: [x], parameters: {}, carried }, { rows: batch, training: true });
          for (let channel = 0; channel < channels; channel++) {
            const after = moments(channelOf(result.output, channel, channels));
            expect(after.mean).toBeCloseTo(0, 9);
            const given = channelOf(x, channel, channels);
            const { mean, variance } = moments(given);
            expect(after.variance).toBeCloseTo(variance / (variance + epsilon), 9);
            const unbiased = (variance * given.length) / (given.length - 1);
            const moved = (from: number, to: number) => (1 - updateRate) * from + updateRate * to;
            expect(result['next mean'][channel]).toBeCloseTo(moved(carried.mean[channel], mean), 9);
            expect(result['next variance'][channel]).toBeCloseTo(moved(carried.variance[channel], unbiased), 9);
          }
        },
      ),
    );
  });

  it('in prediction: with the statistics of the batch as running ones, what training computes; and row by row', () => {
    fc.assert(
      fc.property(random, ({ places, channels, batch, seed }) => {
        const shape = [...places, channels];
        const built = buildLayer(batchNorm(), [shape]);
        const parameters = randomParameters(built, seed);
        const size = elementCount(shape);
        const x = randomValues(seed, 1, batch * size).map((value, i) => 2 * value + (i % channels));
        const trained = runLayer(
          built,
          { inputs: [x], parameters, carried: zeros(channels) },
          { rows: batch, training: true },
        );
        const all = Array.from({ length: channels }, (_, channel) => moments(channelOf(x, channel, channels)));
        const carried = { mean: all.map(({ mean }) => mean), variance: all.map(({ variance }) => variance) };
        const { output } = runLayer(built, { inputs: [x], parameters, carried }, { rows: batch });
        expect(difference(output, trained.output)).toBeLessThan(1e-10);
        for (let row = 0; row < batch; row++) {
          const one = x.subarray(row * size, (row + 1) * size);
          const alone = runLayer(built, { inputs: [one], parameters, carried }, { rows: 1 });
          expect(Array.from(alone.output)).toEqual(Array.from(output.subarray(row * size, (row + 1) * size)));
        }
      }),
    );
  });

  const backend = createReferenceBackend();
  const model = sequential({ input: [2], layers: [batchNorm({ updateRate: 1 }), dense({ units: 2 })] });

  it('trains with a short last minibatch, whose statistics are its own, and predicts with the running ones', async () => {
    const inputs = randomValues(5, 1, 14).map((value, i) => 3 * value + (i % 2));
    const data = { inputs, targets: [0, 1, 1, 0, 1, 0, 1] };
    const { state } = await fit(model, { backend, data, batch: 5, epochs: 1 });
    const found = state.carried?.['batchNorm1/mean'].data ?? [];
    // With updateRate 1 they are the statistics of the last minibatch: of two rows.
    const pairs = Array.from({ length: 7 }, (_, i) => i).flatMap((i) => Array.from({ length: i }, (_, j) => [i, j]));
    const of = (row: number, column: number) => Math.fround(inputs[2 * row + column]);
    const candidates = pairs.map(([i, j]) => [(of(i, 0) + of(j, 0)) / 2, (of(i, 1) + of(j, 1)) / 2]);
    expect(candidates.some((pair) => difference(pair, found) < 1e-6)).toBe(true);
    const parameters = { ...state.parameters, ...state.carried };
    const whole = await predict(model, { parameters, inputs, backend });
    const row = await predict(model, { parameters, inputs: inputs.subarray(0, 2), backend });
    expect(Array.from(row.probabilities)).toEqual(Array.from(whole.probabilities.subarray(0, 2)));
  });

  it.each([
    [7, 6, /7 rows in minibatches of 6 end with one of 1/],
    [3, 1, /3 rows in minibatches of 1 end with one of 1/],
    [1, 100, /1 rows in minibatches of 100 end with one of 1/],
  ])('refuses to train %i rows in minibatches of %i', async (rows, batch, message) => {
    const data = { inputs: new Float32Array(2 * rows), targets: new Uint8Array(rows) };
    await expect(fit(model, { backend, data, batch })).rejects.toThrow(
      expect.objectContaining({ code: 'VARDROP_BATCH', message: expect.stringMatching(message) }),
    );
  });

  it('refuses a step on one row, except where a channel has several values', async () => {
    const step = async (input: readonly number[], x: readonly number[]) => {
      const network = sequential({ input, layers: [batchNorm(), flatten(), dense({ units: 2 })] });
      const state = initialState(network, adam(), 0);
      const trainer = createTrainer(network, { backend, optimizer: adam(), state });
      try {
        return await trainer.run(
          { rows: 1, inputs: { x }, targets: { output: [0, 1] } },
          { learningRateFactor: 10, klScale: 0 },
        );
      } finally {
        trainer.dispose();
      }
    };
    await expect(step([2], [1, 2])).rejects.toThrow(
      expect.objectContaining({ code: 'VARDROP_BATCH', message: expect.stringContaining("'batchNorm1'") }),
    );
    expect((await step([3, 2], [1, 2, 5, 4, 3, 6])).loss).toBeGreaterThan(0);
  });
});

describe('what is refused', () => {
  const loose = (call: unknown) => call as (...values: readonly unknown[]) => never;
  const all = {
    layerNorm,
    rmsNorm,
    groupNorm: (options: NormOptions) => groupNorm({ groups: 2, ...options }),
    batchNorm,
  };
  it.each(Object.entries(all))('%s: epsilon and names of other libraries', (name, layer) => {
    const refused = (options: object, code: string, message: RegExp) =>
      expect(() => loose(layer)(options)).toThrow(
        expect.objectContaining({ code, message: expect.stringMatching(message) }),
      );
    refused({ epsilon: 0 }, 'VARDROP_LAYER', new RegExp(`\\[${name}\\] epsilon: got 0`));
    refused({ epsilon: Number.NaN }, 'VARDROP_LAYER', /epsilon: got NaN/);
    refused({ scale: 1 }, 'VARDROP_OPTION', /scale: got 1, needs true or false/);
    refused({ eps: 1e-5 }, 'VARDROP_OPTION', /Write epsilon/);
    refused({ name: 2 }, 'VARDROP_OPTION', /name: got 2/);
  });
  it.each([
    ['groups', () => groupNorm({ groups: 1.5 }), 'VARDROP_LAYER', /groups: got 1.5/],
    ['groups that do not divide', () => buildLayer(groupNorm({ groups: 4 }), [[3, 6]]), 'VARDROP_SHAPE', /got 4 for 6/],
    ['groups of one value', () => buildLayer(groupNorm({ groups: 3 }), [[3]]), 'VARDROP_SHAPE', /one value/],
    ['layers of one channel', () => buildLayer(layerNorm(), [[4, 1]]), 'VARDROP_SHAPE', /got \[batch, 4, 1\]/],
    ['an updateRate of 0', () => batchNorm({ updateRate: 0 }), 'VARDROP_LAYER', /updateRate: got 0/],
    ['an updateRate above 1', () => batchNorm({ updateRate: 1.5 }), 'VARDROP_LAYER', /updateRate: got 1.5/],
    ['a momentum', () => loose(batchNorm)({ momentum: 0.9 }), 'VARDROP_OPTION', /Write updateRate/],
    ['a shift of rmsNorm', () => loose(rmsNorm)({ shift: true }), 'VARDROP_OPTION', /use layerNorm/],
  ])('%s', (_what, build, code, message) => {
    expect(build).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
