import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import { embedding } from '../../src/layers/attention/embedding.js';
import { positionEmbedding } from '../../src/layers/attention/positionEmbedding.js';
import { sinusoidalPositions } from '../../src/layers/attention/sinusoidalPositions.js';
import { dense } from '../../src/layers/dense.js';
import { elementCount } from '../../src/program/shapes.js';
import { noiseColumns, pairs } from './noiseColumns.js';
import { buildLayer, difference, randomParameters, randomValues, runLayer } from './runLayer.js';

const random = fc.record({
  rows: fc.integer({ min: 2, max: 5 }),
  units: fc.integer({ min: 1, max: 4 }),
  index: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
  batch: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(1e6),
});

/** Row numbers `[batch, …index]`, with repetitions, and the one-hot vectors that they stand for. */
function words({ rows, index, batch, seed }: { rows: number; index: readonly number[]; batch: number; seed: number }) {
  const numbers = randomValues(seed, 7, batch * elementCount(index)).map((x) => Math.floor(Math.abs(x) * 1000) % rows);
  return { numbers, vectors: oneHot(numbers, rows) };
}

function oneHot(numbers: ArrayLike<number>, rows: number): number[] {
  return Array.from(numbers).flatMap((row) => Array.from({ length: rows }, (_, i) => (i === row ? 1 : 0)));
}

const sampled = combinations().filter(({ refusal, divergence }) => refusal === undefined && divergence === null);

describe('an embedding is dense on one-hot vectors', () => {
  it.each(sampled.map((one) => [one.noise.name, one.noise.alpha ?? 'no α', one.estimator.name, one] as const))(
    '%s, %s, %s: outputs and gradients',
    (_name, _alpha, _estimator, { noise, estimator }) => {
      fc.assert(
        fc.property(random, ({ rows, units, index, batch, seed }) => {
          const options = { noise, estimator };
          const table = buildLayer(embedding({ rows, units, ...options }), [index]);
          const product = buildLayer(dense({ units, bias: false, ...options }), [[...index, rows]]);
          const parameters = randomParameters(table, seed);
          expect(Object.keys(parameters)).toEqual(product.parameters.map(({ name }) => name));
          const { numbers, vectors } = words({ rows, index, batch, seed });
          const run = {
            rows: batch,
            sample: true,
            seed,
            cotangent: randomValues(seed, 8, batch * elementCount(table.outputShape)),
          };
          const got = runLayer(table, { inputs: [numbers], parameters }, run);
          const wanted = runLayer(product, { inputs: [vectors], parameters }, run);
          for (const name of ['output', ...Object.keys(parameters).map((one) => `gradient ${one}`)]) {
            expect(difference(got[name], wanted[name]), name).toBeLessThan(1e-12);
          }
        }),
        { numRuns: 12 },
      );
    },
  );
});

describe('noise of a table', () => {
  const noises = sampled.filter(({ noise }) => noise.acts === 'weights' && noise.learns === 'gaussian');

  it.each(
    noises
      .filter(({ estimator }) => estimator.name !== 'local')
      .map(({ noise, estimator }) => [noise.name, estimator.name, noise, estimator] as const),
  )('%s, %s: within a datapoint, outputs have the covariance of one random table', (_n, _e, noise, estimator) => {
    fc.assert(
      fc.property(random, ({ rows, units, index, batch, seed }) => {
        const built = buildLayer(embedding({ rows, units, noise, estimator }), [index]);
        const parameters = randomParameters(built, seed);
        const { numbers } = words({ rows, index, batch, seed });
        const draws = (estimator.name === 'separate' ? batch : 1) * rows * units;
        const columns = noiseColumns(built, { inputs: [numbers], parameters }, batch, draws);
        const places = elementCount(index);
        for (let datapoint = 0; datapoint < batch; datapoint++) {
          const at = (place: number) => datapoint * places + place;
          for (const [p, q, u, v] of pairs(places, units)) {
            const got = columns.reduce((sum, one) => sum + one[at(p) * units + u] * one[at(q) * units + v], 0);
            const variance = Math.exp(parameters.logVariance[numbers[at(p)] * units + u]);
            const wanted = u === v && numbers[at(p)] === numbers[at(q)] ? variance : 0;
            expect(Math.abs(got - wanted)).toBeLessThan(1e-12 * (1 + variance));
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  it('drops whole rows: repeated words of a datapoint share their factor', () => {
    const { noise, estimator } = sampled.find(({ noise: { name } }) => name === 'bernoulli') ?? sampled[0];
    const built = buildLayer(embedding({ rows: 3, units: 2, noise, estimator }), [[4]]);
    const numbers = [1, 2, 1, 1, 2, 0, 2, 1];
    const parameters = { weights: [1, 2, 3, 4, 5, 6] };
    let kept = 0;
    for (let seed = 0; seed < 32; seed++) {
      const { output } = runLayer(built, { inputs: [numbers], parameters }, { rows: 2, sample: true, seed });
      const factor = (place: number) => output[2 * place] / parameters.weights[2 * numbers[place]];
      for (let place = 0; place < 8; place++) {
        expect([0, 2]).toContain(factor(place));
        expect(output[2 * place + 1]).toBe(factor(place) * parameters.weights[2 * numbers[place] + 1]);
        if (factor(place) === 2) kept++;
      }
      expect([factor(2), factor(3)]).toEqual([factor(0), factor(0)]);
      expect(factor(6)).toBe(factor(4));
    }
    expect(kept).toBeGreaterThan(64);
    expect(kept).toBeLessThan(192);
  });

  it('gives zeros for a number that is not a row, as gather does', () => {
    for (const { noise, estimator } of sampled) {
      const built = buildLayer(embedding({ rows: 3, units: 2, noise, estimator }), [[2]]);
      const parameters = randomParameters(built, 3);
      const { output } = runLayer(built, { inputs: [[3, 1]], parameters }, { rows: 1, sample: true });
      expect(Array.from(output.slice(0, 2), Math.abs)).toEqual([0, 0]);
    }
  });
});

describe('positions', () => {
  const shapes = fc.record({
    steps: fc.integer({ min: 1, max: 4 }),
    more: fc.integer({ min: 0, max: 3 }),
    units: fc.integer({ min: 1, max: 4 }),
    batch: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(1e6),
  });

  it.each(sampled.map((one) => [one.noise.name, one.noise.alpha ?? 'no α', one.estimator.name, one] as const))(
    '%s, %s, %s: a position embedding adds the embedding of 0, 1, …',
    (_name, _alpha, _estimator, { noise, estimator }) => {
      fc.assert(
        fc.property(shapes, ({ steps, more, units, batch, seed }) => {
          const options = { noise, estimator };
          const positions = buildLayer(positionEmbedding({ length: steps + more, ...options }), [[steps, units]]);
          const table = buildLayer(embedding({ rows: steps + more, units, ...options }), [[steps]]);
          const parameters = randomParameters(table, seed);
          const x = randomValues(seed, 9, batch * steps * units);
          const numbers = Array.from({ length: batch * steps }, (_, i) => i % steps);
          for (const sample of [true, false]) {
            const run = { rows: batch, sample, seed, cotangent: randomValues(seed, 8, x.length) };
            const added = runLayer(table, { inputs: [numbers], parameters }, run);
            const own = Object.fromEntries(
              positions.parameters.map(({ name }) => [name, parameters[name.replace('positions/', '')]]),
            );
            const got = runLayer(positions, { inputs: [x], parameters: own }, run);
            expect(
              difference(
                got.output,
                x.map((value, i) => value + added.output[i]),
              ),
            ).toBeLessThan(1e-12);
            for (const name of Object.keys(own)) {
              const wanted = added[`gradient ${name.replace('positions/', '')}`];
              expect(difference(got[`gradient ${name}`], wanted), name).toBeLessThan(1e-12);
            }
            expect(difference(got['gradient 0'], run.cotangent)).toBe(0);
          }
        }),
        { numRuns: 8 },
      );
    },
  );

  it('distances of waves depend on the difference of positions alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 1, max: 5 }), (steps, pairs) => {
        const units = 2 * pairs;
        const built = buildLayer(sinusoidalPositions(), [[steps, units]]);
        const { output } = runLayer(built, { inputs: [new Float64Array(steps * units)], parameters: {} }, { rows: 1 });
        const dot = (s: number, t: number) =>
          Array.from({ length: units }, (_, u) => output[s * units + u] * output[t * units + u]).reduce(
            (a, b) => a + b,
          );
        for (let t = 0; t + 2 < steps; t++) {
          expect(dot(t, t)).toBeCloseTo(pairs, 6);
          expect(dot(t, t + 2)).toBeCloseTo(dot(0, 2), 6);
        }
      }),
    );
  });
});

describe('what is refused', () => {
  const loose = (call: unknown) => call as (...values: readonly unknown[]) => never;
  it.each([
    ['rows', () => embedding({ rows: 2.5, units: 1 }), 'VARDROP_LAYER', /\[embedding\] rows: got 2.5/],
    ['units', () => embedding({ rows: 2, units: 0 }), 'VARDROP_LAYER', /units: got 0/],
    ['rows beyond float32', () => embedding({ rows: 2 ** 24 + 1, units: 1 }), 'VARDROP_LAYER', /at most 16777216/],
    ['a bias', () => loose(embedding)({ rows: 2, units: 2, bias: true }), 'VARDROP_OPTION', /got 'bias'/],
    ['names of Keras', () => loose(embedding)({ inputDim: 2, units: 2 }), 'VARDROP_OPTION', /Write rows/],
    ['a length', () => positionEmbedding({ length: 0 }), 'VARDROP_LAYER', /length: got 0/],
    [
      'longer sequences than the table',
      () => buildLayer(positionEmbedding({ length: 3 }), [[4, 2]]),
      'VARDROP_SHAPE',
      /\[layer\] inputs: got 4 steps, needs at most 3/,
    ],
    [
      'positions of images',
      () => buildLayer(sinusoidalPositions(), [[4, 2, 1]]),
      'VARDROP_SHAPE',
      /got \[batch, 4, 2, 1\]/,
    ],
    ['positions of rows', () => buildLayer(positionEmbedding({ length: 3 }), [[4]]), 'VARDROP_SHAPE', /\[batch, 4\]/],
    ['a name', () => loose(sinusoidalPositions)({ name: 3 }), 'VARDROP_OPTION', /name: got 3/],
  ])('%s', (_what, build, code, message) => {
    expect(build).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
