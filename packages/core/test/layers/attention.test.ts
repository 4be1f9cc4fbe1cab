import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combinations } from '../../src/combinations.js';
import { multiHeadAttention } from '../../src/layers/attention/multiHeadAttention.js';
import type { BuiltLayer } from '../../src/layers/layer.js';
import { type LinearPart, partParameters } from '../../src/layers/linearPart.js';
import { elementCount } from '../../src/program/shapes.js';
import { noiseColumns, pairs } from './noiseColumns.js';
import { buildLayer, difference, randomParameters, randomValues, runLayer } from './runLayer.js';

const random = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  queries: fc.integer({ min: 1, max: 4 }),
  keys: fc.integer({ min: 1, max: 4 }),
  heads: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 3 }),
  units: fc.integer({ min: 1, max: 4 }),
  sizes: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  bias: fc.boolean(),
  seed: fc.nat(1e6),
});
type Drawn = typeof random extends fc.Arbitrary<infer T> ? T : never;

const options = ({ heads, size, units, bias }: Drawn) => ({ heads, size, units, bias });
const zeroOne = (seed: number, count: number) => randomValues(seed, 77, count).map((x) => (x > 0 ? 1 : 0));

/** Query, value and key sequences. */
function sequences({ batch, queries, keys, sizes, seed }: Drawn) {
  const shapes = [
    [queries, sizes[0]],
    [keys, sizes[1]],
    [keys, sizes[2]],
  ];
  return { shapes, inputs: shapes.map((shape, i) => randomValues(seed, 50 + i, batch * elementCount(shape))) };
}

/** The steps `kept` of sequences `[batch, steps, units]`. */
function steps(x: Float64Array, count: number, units: number, kept: readonly number[]): Float64Array {
  const rows = x.length / (count * units);
  return Float64Array.from(
    Array.from({ length: rows }, (_, row) =>
      kept.flatMap((step) => Array.from(x.subarray((row * count + step) * units, (row * count + step + 1) * units))),
    ).flat(),
  );
}

describe('attention', () => {
  it('to one key is the map of values, then that of outputs', () => {
    fc.assert(
      fc.property(random, (given) => {
        const drawn = { ...given, keys: 1 };
        const { batch, queries, heads, size, units, sizes, bias, seed } = drawn;
        const { shapes, inputs } = sequences(drawn);
        const built = buildLayer(multiHeadAttention(options(drawn)), shapes);
        const parameters = randomParameters(built, seed);
        const { output } = runLayer(built, { inputs, parameters }, { rows: batch });
        const affine = (x: readonly number[], part: string, to: number) =>
          Array.from({ length: to }, (_, j) => {
            const start = bias ? parameters[`${part}/bias`][j] : 0;
            return x.reduce((sum, value, i) => sum + value * parameters[`${part}/weights`][i * to + j], start);
          });
        const wanted = Array.from({ length: batch }, (_, row) => {
          const value = Array.from(inputs[1].subarray(row * sizes[1], (row + 1) * sizes[1]));
          const one = affine(affine(value, 'value', heads * size), 'output', units);
          return Array.from({ length: queries }, () => one).flat();
        }).flat();
        expect(difference(output, wanted)).toBeLessThan(1e-12);
      }),
    );
  });

  it('on (x) is that on (x, x) and on (x, x, x); without a key the value is used', () => {
    fc.assert(
      fc.property(random, fc.boolean(), (drawn, causal) => {
        const { batch, seed } = drawn;
        const { shapes, inputs } = sequences(drawn);
        const run = (which: readonly number[]) => {
          const built = buildLayer(
            multiHeadAttention({ ...options(drawn), causal }),
            which.map((i) => shapes[i]),
          );
          const values = { inputs: which.map((i) => inputs[i]), parameters: randomParameters(built, seed) };
          return runLayer(built, values, { rows: batch }).output;
        };
        expect(run([0])).toEqual(run([0, 0]));
        expect(run([0])).toEqual(run([0, 0, 0]));
        expect(run([0, 1])).toEqual(run([0, 1, 1]));
      }),
    );
  });

  it('does not see the order of keys', () => {
    fc.assert(
      fc.property(random, (drawn) => {
        const { batch, keys, sizes, seed } = drawn;
        const { shapes, inputs } = sequences(drawn);
        const built = buildLayer(multiHeadAttention(options(drawn)), shapes);
        const parameters = randomParameters(built, seed);
        const backwards = Array.from({ length: keys }, (_, i) => keys - 1 - i);
        const turned = [inputs[0], ...[1, 2].map((i) => steps(inputs[i], keys, sizes[i], backwards))];
        const [one, other] = [inputs, turned].map(
          (all) => runLayer(built, { inputs: all, parameters }, { rows: batch }).output,
        );
        expect(difference(one, other)).toBeLessThan(1e-12);
      }),
    );
  });

  it('under a mask is attention to the keys that it shows, and the bias of outputs where it shows none', () => {
    fc.assert(
      fc.property(random, fc.boolean(), (given, paired) => {
        const drawn = { ...given, batch: 1 };
        const { queries, keys, sizes, units, bias, seed } = drawn;
        const { shapes, inputs } = sequences(drawn);
        const maskShape = paired ? [queries, keys] : [keys];
        const mask = zeroOne(seed, elementCount(maskShape));
        const built = buildLayer(multiHeadAttention({ ...options(drawn), mask: true }), [...shapes, maskShape]);
        const parameters = randomParameters(built, seed);
        const cotangent = randomValues(seed, 60, queries * units);
        const result = runLayer(built, { inputs: [...inputs, mask], parameters }, { rows: 1, cotangent });
        expect(Object.values(result).every((values) => values.every(Number.isFinite))).toBe(true);
        for (let query = 0; query < queries; query++) {
          const shown = Array.from({ length: keys }, (_, key) => key).filter(
            (key) => mask[paired ? query * keys + key : key] === 1,
          );
          const got = result.output.subarray(query * units, (query + 1) * units);
          if (shown.length === 0) {
            expect(Array.from(got, (y) => y + 0)).toEqual(
              bias ? Array.from(parameters['output/bias']) : Array.from({ length: units }, () => 0),
            );
            continue;
          }
          const fewer = [
            steps(inputs[0], queries, sizes[0], [query]),
            ...[1, 2].map((i) => steps(inputs[i], keys, sizes[i], shown)),
          ];
          const alone = buildLayer(
            multiHeadAttention(options(drawn)),
            fewer.map((x, i) => [x.length / sizes[i], sizes[i]]),
          );
          const wanted = runLayer(alone, { inputs: fewer, parameters }, { rows: 1 }).output;
          expect(difference(got, wanted)).toBeLessThan(1e-11);
        }
        expect(result['gradient 3'].every((value) => value === 0)).toBe(true);
      }),
    );
  });

  it('causal is attention under the mask of the keys up to each query', () => {
    fc.assert(
      fc.property(random, fc.boolean(), (drawn, masked) => {
        const { batch, queries, keys, seed, units } = drawn;
        const { shapes, inputs } = sequences(drawn);
        const given = masked ? zeroOne(seed, batch * keys) : new Float64Array(batch * keys).fill(1);
        const triangle = Array.from({ length: batch * queries * keys }, (_, i) => {
          const [row, query, key] = [Math.floor(i / (queries * keys)), Math.floor(i / keys) % queries, i % keys];
          return key <= query && given[row * keys + key] === 1 ? 1 : 0;
        });
        const wanted = buildLayer(multiHeadAttention({ ...options(drawn), mask: true }), [...shapes, [queries, keys]]);
        const own = masked ? [[keys]] : [];
        const built = buildLayer(multiHeadAttention({ ...options(drawn), causal: true, mask: masked }), [
          ...shapes,
          ...own,
        ]);
        const parameters = randomParameters(built, seed);
        const run = { rows: batch, cotangent: randomValues(seed, 60, batch * queries * units) };
        const got = runLayer(built, { inputs: masked ? [...inputs, given] : inputs, parameters }, run);
        const other = runLayer(wanted, { inputs: [...inputs, triangle], parameters }, run);
        for (const name of ['output', 'gradient 0', 'gradient 1', 'gradient 2']) {
          expect(difference(got[name], other[name]), name).toBeLessThan(1e-9);
        }
      }),
    );
  });
});

describe('noise of the four parts', () => {
  const noises = combinations().filter(
    ({ noise, estimator, refusal, divergence }) =>
      refusal === undefined && divergence === null && noise.learns === 'gaussian' && estimator.name !== 'local',
  );
  it.each(noises.map(({ noise, estimator }) => [noise.name, estimator.name, noise, estimator] as const))(
    '%s, %s: pre-activations of all steps have the covariance of one random matrix',
    (_noise, _estimator, noise, estimator) => {
      fc.assert(
        fc.property(random, (drawn) => {
          const { batch, seed, queries, keys } = drawn;
          const { shapes } = sequences(drawn);
          const { parts = [] } = buildLayer(multiHeadAttention({ ...options(drawn), noise, estimator }), shapes);
          expect(parts.map(({ name }) => name)).toEqual(['query', 'key', 'value', 'output']);
          for (const [i, part] of parts.entries()) {
            const [inputs, units] = part.weightShape;
            const places = i === 0 || i === 3 ? queries : keys;
            const parameters = randomParameters(layerOf(part, places), seed);
            const x = randomValues(seed, 30 + i, batch * places * inputs);
            const draws = (estimator.name === 'separate' ? batch : 1) * inputs * units;
            const columns = noiseColumns(layerOf(part, places), { inputs: [x], parameters }, batch, draws);
            const logVariance = parameters[`${part.name}/logVariance`];
            for (let row = 0; row < batch; row++) {
              const at = (place: number) => row * places + place;
              for (const [p, q, u, v] of pairs(places, units)) {
                const got = columns.reduce((sum, one) => sum + one[at(p) * units + u] * one[at(q) * units + v], 0);
                const terms = Array.from({ length: inputs }, (_, k) => {
                  const product = x[at(p) * inputs + k] * x[at(q) * inputs + k];
                  return u === v ? product * Math.exp(logVariance[k * units + u]) : 0;
                });
                const scale = 1 + terms.reduce((sum, term) => sum + Math.abs(term), 0);
                expect(Math.abs(got - terms.reduce((sum, term) => sum + term, 0))).toBeLessThan(1e-12 * scale);
              }
            }
          }
        }),
        { numRuns: 4 },
      );
    },
  );
});

/** One part as a layer of sequences. */
function layerOf(part: LinearPart, places: number): BuiltLayer {
  const [inputs, units] = part.weightShape;
  return {
    name: 'layer',
    kind: 'part',
    inputShapes: [[places, inputs]],
    outputShape: [places, units],
    parameters: partParameters([part]),
    apply: (b, [x], parameters, mode) => part.apply(b, x, parameters, mode),
  };
}

describe('what is refused', () => {
  const loose = (call: unknown) => call as (...values: readonly unknown[]) => never;
  const built = (more: object, ...shapes: readonly (readonly number[])[]) =>
    buildLayer(multiHeadAttention({ heads: 2, ...more }), shapes);
  it.each([
    ['heads', () => multiHeadAttention({ heads: 0 }), 'VARDROP_LAYER', /heads: got 0/],
    ['a size', () => multiHeadAttention({ heads: 1, size: 1.5 }), 'VARDROP_LAYER', /size: got 1.5/],
    ['units', () => multiHeadAttention({ heads: 1, units: -1 }), 'VARDROP_LAYER', /units: got -1/],
    ['causal', () => loose(multiHeadAttention)({ heads: 1, causal: 1 }), 'VARDROP_OPTION', /causal: got 1/],
    ['names of Keras', () => loose(multiHeadAttention)({ numHeads: 1 }), 'VARDROP_OPTION', /Write heads/],
    ['a dropout', () => loose(multiHeadAttention)({ heads: 1, dropout: 0.1 }), 'VARDROP_OPTION', /Write noise/],
    ['rows', () => built({}, [4]), 'VARDROP_SHAPE', /\[layer\/query\] inputs: got \[batch, 4\], needs sequences/],
    ['heads that do not divide', () => built({}, [3, 5]), 'VARDROP_SHAPE', /heads: got 2 for 5 units/],
    [
      'other steps of keys',
      () => built({}, [3, 4], [2, 4], [5, 4]),
      'VARDROP_SHAPE',
      /key: got \[batch, 5, 4\], needs 2/,
    ],
    [
      'another mask',
      () => built({ mask: true }, [3, 4], [4]),
      'VARDROP_SHAPE',
      /mask: got \[batch, 4\], needs \[batch, 3\]/,
    ],
    ['a mask across', () => built({ mask: true }, [3, 4], [2, 4], [2, 3]), 'VARDROP_SHAPE', /or \[batch, 3, 2\]/],
  ])('%s', (_what, build, code, message) => {
    expect(build).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
