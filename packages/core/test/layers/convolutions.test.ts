import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  type Layer,
  separableConv2d,
  sequential,
} from '../../src/layers/index.js';
import { elementCount } from '../../src/program/shapes.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { forward } from './forward.js';

const rows = 2;

/** Numbers for a shape, other ones for each seed. */
const numbers = (seed: number, ...shape: readonly number[]) => Array.from(normal(key(seed), elementCount(shape)));

/** Outputs of one layer on `rows` datapoints. Its parameters are given by their names within it. */
function outputs(layer: Layer, shape: readonly number[], x: readonly number[], parameters: Record<string, number[]>) {
  const model = sequential({ input: shape, layers: [layer] });
  const { name } = model.layers[0];
  const values = Object.entries(parameters).map(([own, value]) => [`${name}/${own}`, value] as const);
  return { shape: model.outputShape, y: forward(model, x, Object.fromEntries(values), { rows }) };
}

function expectClose(got: readonly number[], wanted: readonly number[]) {
  expect(got.length).toBe(wanted.length);
  const size = Math.hypot(...wanted) + 1;
  expect(Math.hypot(...got.map((value, i) => value - wanted[i])) / size).toBeLessThan(1e-12);
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The elements of the last axis with these indices. */
const pick = (x: readonly number[], length: number, from: number, to: number) =>
  x.filter((_, i) => i % length >= from && i % length < to);

const length = (most: number) => fc.integer({ min: 1, max: most });
const pairOf = (most: number) => fc.tuple(length(most), length(most));
const padding = fc.constantFrom('same' as const, 'valid' as const);

/** A window and an image that is large enough for it. */
const window = fc.record({
  size: pairOf(3),
  strides: pairOf(3),
  dilations: pairOf(2),
  padding,
  image: fc.tuple(fc.integer({ min: 5, max: 7 }), fc.integer({ min: 6, max: 8 })),
  seed: fc.integer({ min: 1, max: 1000 }),
});

describe('special cases of convolutions, for random windows', () => {
  it('a depthwise convolution is one with as many groups as channels', () => {
    fc.assert(
      fc.property(window, length(3), length(3), ({ image, seed, ...given }, channels, multiplier) => {
        const filters = channels * multiplier;
        const shape = [...image, channels];
        const x = numbers(seed, rows, ...shape);
        const values = { weights: numbers(seed + 1, ...given.size, filters), bias: numbers(seed + 2, filters) };
        const depthwise = outputs(depthwiseConv2d({ ...given, multiplier, activation: 'tanh' }), shape, x, values);
        const grouped = outputs(conv2d({ ...given, filters, groups: channels, activation: 'tanh' }), shape, x, values);
        expect(depthwise.shape).toEqual(grouped.shape);
        expect(depthwise.y).toEqual(grouped.y);
      }),
    );
  });

  it('groups are convolutions side by side', () => {
    fc.assert(
      fc.property(window, length(2), length(2), ({ image, seed, ...given }, perGroup, each) => {
        const [channels, filters] = [3 * perGroup, 3 * each];
        const x = numbers(seed, rows, ...image, channels);
        const weights = numbers(seed + 1, ...given.size, perGroup, filters);
        const bias = numbers(seed + 2, filters);
        const whole = outputs(conv2d({ ...given, filters, groups: 3 }), [...image, channels], x, { weights, bias });
        for (const group of [0, 1, 2]) {
          const [from, to] = [group * each, (group + 1) * each];
          const part = outputs(
            conv2d({ ...given, filters: each }),
            [...image, perGroup],
            pick(x, channels, group * perGroup, (group + 1) * perGroup),
            { weights: pick(weights, filters, from, to), bias: bias.slice(from, to) },
          );
          expectClose(pick(whole.y, filters, from, to), part.y);
        }
      }),
    );
  });

  it('dilations are filters with zeros between their cells', () => {
    fc.assert(
      fc.property(window, ({ image, seed, ...given }) => {
        const [height, width] = given.size;
        const [down, across] = given.dilations;
        const spans = [(height - 1) * down + 1, (width - 1) * across + 1] as const;
        const x = numbers(seed, rows, ...image, 2);
        const weights = numbers(seed + 1, height, width, 2, 3);
        const bias = numbers(seed + 2, 3);
        const spread = new Array<number>(elementCount(spans) * 6).fill(0);
        weights.forEach((value, i) => {
          const cell = Math.floor(i / 6);
          const [row, column] = [Math.floor(cell / width) * down, (cell % width) * across];
          spread[(row * spans[1] + column) * 6 + (i % 6)] = value;
        });
        const dilated = outputs(conv2d({ ...given, filters: 3 }), [...image, 2], x, { weights, bias });
        const wide = conv2d({ ...given, dilations: 1, size: spans, filters: 3 });
        const other = outputs(wide, [...image, 2], x, { weights: spread, bias });
        expect(dilated.shape).toEqual(other.shape);
        expectClose(dilated.y, other.y);
      }),
    );
  });

  it('a separable convolution is a depthwise one and one of single pixels', () => {
    fc.assert(
      fc.property(
        window,
        length(3),
        length(2),
        length(3),
        ({ image, seed, ...given }, channels, multiplier, filters) => {
          const inner = channels * multiplier;
          const x = numbers(seed, rows, ...image, channels);
          const depthwise = numbers(seed + 1, ...given.size, inner);
          const pointwise = numbers(seed + 2, inner, filters);
          const bias = numbers(seed + 3, filters);
          const separable = outputs(
            separableConv2d({ ...given, filters, multiplier, activation: 'softplus' }),
            [...image, channels],
            x,
            { 'depthwise/weights': depthwise, 'pointwise/weights': pointwise, 'pointwise/bias': bias },
          );
          const first = outputs(depthwiseConv2d({ ...given, multiplier, bias: false }), [...image, channels], x, {
            weights: depthwise,
          });
          const second = conv2d({ filters, size: 1, activation: 'softplus' });
          const composed = outputs(second, first.shape, first.y, { weights: pointwise, bias });
          expect(separable.shape).toEqual(composed.shape);
          expectClose(separable.y, composed.y);
        },
      ),
    );
  });

  it('along steps they are those of images of height 1', () => {
    fc.assert(
      fc.property(window, length(2), ({ image: [, steps], seed, size, strides, dilations, padding: mode }, groups) => {
        const given = { filters: 2 * groups, strides: strides[1], padding: mode };
        const wide = { ...given, strides: [1, strides[1]] as const, size: [1, size[1]] as const };
        const x = numbers(seed, rows, steps, 2);
        const bias = numbers(seed + 2, given.filters);
        const weights = numbers(seed + 1, size[1], 2 / groups, given.filters);
        const image = outputs(conv2d({ ...wide, dilations: [1, dilations[1]], groups }), [1, steps, 2], x, {
          weights,
          bias,
        });
        const sequence = conv1d({ ...given, size: size[1], dilations: dilations[1], groups });
        const along = outputs(sequence, [steps, 2], x, { weights, bias });
        expect([1, ...along.shape]).toEqual(image.shape);
        expect(along.y).toEqual(image.y);
        const values = { weights: numbers(seed + 3, size[1], 2, given.filters), bias };
        const enlarged = outputs(conv2dTranspose(wide), [1, steps, 2], x, values);
        const lengthened = outputs(conv1dTranspose({ ...given, size: size[1] }), [steps, 2], x, values);
        // Image of height 1 and stride 1 stays of height 1.
        expect([1, ...lengthened.shape]).toEqual(enlarged.shape);
        expect(lengthened.y).toEqual(enlarged.y);
      }),
    );
  });

  it('no output of a causal one depends on later steps, and the last on its own', () => {
    fc.assert(
      fc.property(window, fc.nat(5), ({ image: [, steps], seed, size, strides, dilations }, changed) => {
        const layer = conv1d({
          filters: 2,
          size: size[1],
          strides: strides[1],
          dilations: dilations[1],
          padding: 'causal',
        });
        const values = { weights: numbers(seed, size[1], 3, 2), bias: numbers(seed + 1, 2) };
        const x = numbers(seed + 2, rows, steps, 3);
        const moved = x.map((value, i) => (Math.floor(i / 3) % steps === changed ? value + 1 : value));
        const before = outputs(layer, [steps, 3], x, values);
        const after = outputs(layer, [steps, 3], moved, values);
        expect(before.shape).toEqual([Math.ceil(steps / strides[1]), 2]);
        const differs = before.y.flatMap((value, i) => (value === after.y[i] ? [] : [i % elementCount(before.shape)]));
        const places = [...new Set(differs.map((i) => Math.floor(i / 2) * strides[1]))];
        const reads = (at: number) =>
          Array.from({ length: size[1] }, (_, i) => at - i * dilations[1]).includes(changed);
        const wanted = Array.from({ length: before.shape[0] }, (_, i) => i * strides[1]).filter(reads);
        expect(places).toEqual(wanted);
      }),
    );
  });

  it('a transposed convolution is the transpose of the convolution with the same window', () => {
    fc.assert(
      fc.property(window, length(3), length(3), ({ image, seed, size, strides, padding: mode }, channels, filters) => {
        const given = { size, strides, padding: mode };
        const x = numbers(seed, rows, ...image, channels);
        const weights = numbers(seed + 1, ...size, channels, filters);
        const transposed = outputs(conv2dTranspose({ ...given, filters, bias: false }), [...image, channels], x, {
          weights,
        });
        const sides =
          mode === 'same' ? image.map((n, i) => n * strides[i]) : image.map((n, i) => (n - 1) * strides[i] + size[i]);
        expect(transposed.shape).toEqual([...sides, filters]);
        // ⟨T x, z⟩ = ⟨x, C z⟩ for any z, where C has the weights with its channels swapped.
        const z = numbers(seed + 2, rows, ...transposed.shape);
        const swapped = weights.map((_, i) => {
          const [cell, rest] = [Math.floor(i / (channels * filters)), i % (channels * filters)];
          const [output, input] = [Math.floor(rest / channels), rest % channels];
          return weights[(cell * channels + input) * filters + output];
        });
        const back = outputs(conv2d({ ...given, filters: channels, bias: false }), transposed.shape, z, {
          weights: swapped,
        });
        expect(back.shape).toEqual([...image, channels]);
        const [forwards, backwards] = [dot(transposed.y, z), dot(x, back.y)];
        expect(Math.abs(forwards - backwards)).toBeLessThan(1e-11 * (1 + Math.abs(forwards)));
      }),
    );
  });
});

describe('initial values', () => {
  const initial = (layer: Layer, shape: readonly number[], parameter = 'weights') => {
    const model = sequential({ input: shape, layers: [layer] });
    return model.parameters.find(({ name }) => name.endsWith(`/${parameter}`))?.initialize;
  };
  it('take fan-in and fan-out from what a filter reads and what reads a pixel', () => {
    const he = { initializer: 'he', size: [2, 3] } as const;
    expect(initial(conv2d({ ...he, filters: 4 }), [5, 5, 6])).toEqual({ kind: 'normal', deviation: Math.sqrt(2 / 36) });
    expect(initial(conv2d({ ...he, filters: 4, groups: 2 }), [5, 5, 6])).toEqual({
      ...{ kind: 'normal', deviation: Math.sqrt(2 / 18) },
    });
    expect(initial(depthwiseConv2d({ ...he, multiplier: 4 }), [5, 5, 6])).toEqual({
      ...{ kind: 'normal', deviation: Math.sqrt(2 / 6) },
    });
    const glorot = depthwiseConv2d({ size: [2, 3], multiplier: 4 });
    expect(initial(glorot, [5, 5, 6])).toEqual({ kind: 'uniform', limit: Math.sqrt(6 / (6 + 24)) });
    const separable = separableConv2d({ size: [2, 3], multiplier: 4, filters: 5, activation: 'relu' });
    expect(initial(separable, [5, 5, 6], 'depthwise/weights')).toEqual({ kind: 'uniform', limit: Math.sqrt(6 / 30) });
    expect(initial(separable, [5, 5, 6], 'pointwise/weights')).toEqual({
      kind: 'normal',
      deviation: Math.sqrt(2 / 24),
    });
    expect(initial(conv1d({ size: 3, filters: 4, initializer: 'he' }), [5, 6])).toEqual({
      ...{ kind: 'normal', deviation: Math.sqrt(2 / 18) },
    });
  });
});
