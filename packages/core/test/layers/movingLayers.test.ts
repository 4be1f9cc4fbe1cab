import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  activation,
  averagePooling1d,
  averagePooling2d,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  depthwiseConv2d,
  flatten,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  type Layer,
  maxPooling1d,
  maxPooling2d,
  padding1d,
  padding2d,
  permute,
  prelu,
  reshape,
  separableConv2d,
  sequential,
  upsampling1d,
  upsampling2d,
} from '../../src/layers/index.js';
import { elementCount } from '../../src/program/shapes.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { forward } from './forward.js';

const rows = 2;
const numbers = (seed: number, shape: readonly number[]) => Array.from(normal(key(seed), rows * elementCount(shape)));

/** Outputs of layers, one after the other, on `rows` datapoints of a shape. */
function through(shape: readonly number[], x: readonly number[], ...layers: readonly Layer[]) {
  const model = sequential({ input: shape, layers });
  return { shape: model.outputShape, y: forward(model, x, {}, { rows }) };
}

const seeds = fc.integer({ min: 1, max: 1000 });
const side = fc.integer({ min: 1, max: 4 });
const sides = fc.tuple(side, side);
const image = fc.tuple(side, side, side);
const edges = fc.tuple(fc.nat(3), fc.nat(3));

/** What a value is after a transformation that only moves it. */
const same = (got: { shape: readonly number[]; y: number[] }, shape: readonly number[], y: readonly number[]) => {
  expect(got.shape).toEqual(shape);
  expect(got.y).toEqual(y);
};

describe('layers that move numbers, for random shapes', () => {
  it('cropping undoes padding', () => {
    fc.assert(
      fc.property(image, edges, edges, seeds, (shape, vertical, horizontal, seed) => {
        const x = numbers(seed, shape);
        const both = [vertical, horizontal] as const;
        const padded = through(shape, x, padding2d({ padding: both }));
        expect(padded.shape).toEqual([
          ...[shape[0] + vertical[0] + vertical[1], shape[1] + horizontal[0] + horizontal[1], shape[2]],
        ]);
        expect(padded.y.reduce((sum, value) => sum + value, 0)).toBeCloseTo(
          x.reduce((sum, value) => sum + value, 0),
          10,
        );
        same(through(shape, x, padding2d({ padding: both }), cropping2d({ cropping: both })), shape, x);
        const steps = [shape[0], shape[1]];
        const sequence = numbers(seed, steps);
        const [before, after] = vertical;
        const there = padding1d({ padding: [before, after] });
        same(through(steps, sequence, there, cropping1d({ cropping: [before, after] })), steps, sequence);
      }),
    );
  });

  it('the mean and the maximum of repeated pixels are the pixels', () => {
    fc.assert(
      fc.property(image, sides, seeds, (shape, size, seed) => {
        const x = numbers(seed, shape);
        const large = upsampling2d({ size });
        expect(through(shape, x, large).shape).toEqual([shape[0] * size[0], shape[1] * size[1], shape[2]]);
        same(through(shape, x, large, maxPooling2d({ size })), shape, x);
        const averaged = through(shape, x, large, averagePooling2d({ size }));
        averaged.y.forEach((value, i) => {
          expect(value).toBeCloseTo(x[i], 12);
        });
        const steps = [shape[0], shape[2]];
        const sequence = numbers(seed, steps);
        same(
          through(steps, sequence, upsampling1d({ size: size[0] }), maxPooling1d({ size: size[0] })),
          steps,
          sequence,
        );
      }),
    );
  });

  it('bilinear weights keep a constant image, its mean, and its symmetry', () => {
    fc.assert(
      fc.property(image, sides, seeds, (shape, size, seed) => {
        const large = upsampling2d({ size, interpolation: 'bilinear' });
        const constant = through(shape, new Array(rows * elementCount(shape)).fill(3), large);
        for (const value of constant.y) expect(value).toBeCloseTo(3, 12);
        const x = numbers(seed, shape);
        const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
        const enlarged = through(shape, x, large);
        expect(mean(enlarged.y)).toBeCloseTo(mean(x), 12);
        // Upside down.
        const flipped = (values: readonly number[], [height, width, channels]: readonly number[]) => {
          const row = width * channels;
          return values.map((_, i) => {
            const at = Math.floor(i / row) % height;
            return values[i + (height - 1 - 2 * at) * row];
          });
        };
        const other = through(shape, flipped(x, shape), large);
        flipped(other.y, other.shape).forEach((value, i) => {
          expect(value).toBeCloseTo(enlarged.y[i], 12);
        });
      }),
    );
  });

  it('pooling of steps is that of images of height 1, and of everything that of one window', () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 4, max: 8 }), side),
        side,
        side,
        fc.constantFrom('same' as const, 'valid' as const),
        seeds,
        (shape, size, strides, padding, seed) => {
          const x = numbers(seed, shape);
          const wide = { size: [1, size], strides: [1, strides], padding } as const;
          for (const [along, of] of [
            [maxPooling1d, maxPooling2d],
            [averagePooling1d, averagePooling2d],
          ] as const) {
            const steps = through(shape, x, along({ size, strides, padding }));
            same({ ...steps, shape: [1, ...steps.shape] }, ...wholeOf(through([1, ...shape], x, of(wide))));
            expect(through(shape, x, along({ size })).shape[0]).toBe(Math.floor(shape[0] / size));
          }
          const [steps, channels] = shape;
          for (const [whole, alongSteps, windowed] of [
            [globalMaxPooling2d, globalMaxPooling1d, maxPooling1d],
            [globalAveragePooling2d, globalAveragePooling1d, averagePooling1d],
          ] as const) {
            const one = through(shape, x, windowed({ size: steps }), flatten());
            const all = through(shape, x, alongSteps());
            const ofImage = through([steps, 1, channels], x, whole());
            expect([all.shape, ofImage.shape]).toEqual([[channels], [channels]]);
            expect(ofImage.y).toEqual(all.y);
            all.y.forEach((value, i) => {
              expect(value).toBeCloseTo(one.y[i], 12);
            });
          }
        },
      ),
    );
  });

  const wholeOf = ({ shape, y }: { shape: readonly number[]; y: number[] }) => [shape, y] as const;

  it('reshape keeps the order; permute moves axes, and back', () => {
    fc.assert(
      fc.property(image, fc.shuffledSubarray([1, 2, 3], { minLength: 3 }), seeds, (shape, axes, seed) => {
        const x = numbers(seed, shape);
        same(through(shape, x, reshape({ shape: [shape[2], -1] })), [shape[2], shape[0] * shape[1]], x);
        same(through(shape, x, reshape({ shape: [elementCount(shape)] }), reshape({ shape })), shape, x);
        const back = [1, 2, 3].map((axis) => axes.indexOf(axis) + 1);
        const there = through(shape, x, permute({ axes }));
        expect(there.shape).toEqual(axes.map((axis) => shape[axis - 1]));
        same(through(shape, x, permute({ axes }), permute({ axes: back })), shape, x);
        // Element [i, j, k] of the outputs is that whose index along inputs' axis axes[0] is i, and so on.
        const at = (values: readonly number[], lengths: readonly number[], index: readonly number[]) =>
          values[(index[0] * lengths[1] + index[1]) * lengths[2] + index[2]];
        const index = there.shape.map((n) => n - 1);
        const original: number[] = [];
        axes.forEach((axis, i) => {
          original[axis - 1] = index[i];
        });
        expect(at(there.y, there.shape, index)).toBe(at(x, shape, original));
      }),
    );
  });

  it('prelu with slopes of 0 is relu, with slopes of 1 nothing; it starts at 0.25 like PyTorch', () => {
    fc.assert(
      fc.property(image, seeds, (shape, seed) => {
        const x = numbers(seed, shape);
        const model = sequential({ input: shape, layers: [prelu()] });
        const slopes = (value: number) => ({ 'prelu1/slope': new Array(shape[2]).fill(value) });
        const rectified = through(shape, x, activation('relu'));
        expect(forward(model, x, slopes(0), { rows }).map((value) => value + 0)).toEqual(rectified.y);
        expect(forward(model, x, slopes(1), { rows })).toEqual(x);
        expect(model.parameters).toEqual([
          { name: 'prelu1/slope', shape: [shape[2]], initialize: { kind: 'constant', value: 0.25 } },
        ]);
      }),
    );
  });
});

describe('what is refused', () => {
  const loose = (make: unknown) => make as (options: object) => Layer;
  const built = (layer: Layer, input: readonly number[]) => sequential({ input, layers: [layer] });
  const picture = [4, 5, 3];
  it.each<readonly [string, string, () => unknown]>([
    ['VARDROP_LAYER', '[conv2d] groups: got 0', () => conv2d({ filters: 2, size: 1, groups: 0 })],
    [
      'VARDROP_LAYER',
      '[conv2d] filters: got 3 for 2 groups, needs a multiple of 2',
      () => conv2d({ filters: 3, size: 1, groups: 2 }),
    ],
    ['VARDROP_LAYER', '[conv2d] dilations: got [1, 0]', () => conv2d({ filters: 2, size: 1, dilations: [1, 0] })],
    ['VARDROP_LAYER', '[conv1d] size: got [2]', () => loose(conv1d)({ filters: 2, size: [2] })],
    ['VARDROP_LAYER', '[conv1d] strides: got 0', () => conv1d({ filters: 2, size: 2, strides: 0 })],
    [
      'VARDROP_LAYER',
      "[conv1d] padding: got 'full', needs 'same', 'valid' or 'causal'",
      () => loose(conv1d)({ filters: 2, size: 2, padding: 'full' }),
    ],
    [
      'VARDROP_LAYER',
      "[conv2d] padding: got 'causal', needs 'same' or 'valid'",
      () => loose(conv2d)({ filters: 2, size: 2, padding: 'causal' }),
    ],
    ['VARDROP_LAYER', '[depthwiseConv2d] multiplier: got 1.5', () => depthwiseConv2d({ size: 2, multiplier: 1.5 })],
    ['VARDROP_LAYER', '[separableConv2d] filters: got nothing', () => loose(separableConv2d)({ size: 2 })],
    [
      'VARDROP_LAYER',
      "[separableConv2d] activation: got 'swish'",
      () => loose(separableConv2d)({ filters: 1, size: 2, activation: 'swish' }),
    ],
    ['VARDROP_LAYER', '[conv2dTranspose] size: got nothing', () => loose(conv2dTranspose)({ filters: 2 })],
    ['VARDROP_LAYER', '[conv1dTranspose] filters: got 0', () => conv1dTranspose({ filters: 0, size: 2 })],
    ['VARDROP_LAYER', '[maxPooling1d] size: got -1', () => maxPooling1d({ size: -1 })],
    ['VARDROP_LAYER', '[averagePooling2d] strides: got null', () => loose(averagePooling2d)({ strides: null })],
    ['VARDROP_LAYER', '[upsampling2d] size: got 0', () => upsampling2d({ size: 0 })],
    [
      'VARDROP_LAYER',
      "[upsampling2d] interpolation: got 'cubic', needs one of nearest, bilinear",
      () => loose(upsampling2d)({ interpolation: 'cubic' }),
    ],
    ['VARDROP_LAYER', '[upsampling1d] size: got 1.5', () => upsampling1d({ size: 1.5 })],
    ['VARDROP_LAYER', '[padding2d] padding: got [1, -1]', () => padding2d({ padding: [1, -1] })],
    ['VARDROP_LAYER', '[padding2d] padding', () => loose(padding2d)({ padding: [[1, 2], [1]] })],
    ['VARDROP_LAYER', '[padding1d] padding: got [1, 2, 3]', () => loose(padding1d)({ padding: [1, 2, 3] })],
    ['VARDROP_LAYER', '[cropping2d] cropping: got 0.5', () => cropping2d({ cropping: 0.5 })],
    ['VARDROP_LAYER', "[cropping1d] cropping: got 'all'", () => loose(cropping1d)({ cropping: 'all' })],
    ['VARDROP_LAYER', '[reshape] shape: got [-1, -1]', () => reshape({ shape: [-1, -1] })],
    ['VARDROP_LAYER', '[reshape] shape: got [0]', () => reshape({ shape: [0] })],
    ['VARDROP_LAYER', '[permute] axes: got [0, 1]', () => permute({ axes: [0, 1] })],
    ['VARDROP_LAYER', '[permute] axes: got [1, 1]', () => permute({ axes: [1, 1] })],
    ['VARDROP_LAYER', '[prelu] slope: got NaN', () => prelu({ slope: Number.NaN })],
    [
      'VARDROP_OPTION',
      "[conv2d] options: got 'dilationRate'",
      () => loose(conv2d)({ filters: 1, size: 1, dilationRate: 2 }),
    ],
    ['VARDROP_OPTION', "got 'filters', needs", () => loose(depthwiseConv2d)({ filters: 1, size: 1 })],
    ['VARDROP_OPTION', "got 'dilations'", () => loose(conv2dTranspose)({ filters: 1, size: 1, dilations: 2 })],
    ['VARDROP_OPTION', '[reshape] name: got 3', () => loose(reshape)({ shape: [1], name: 3 })],
    [
      'VARDROP_SHAPE',
      '[conv2d1] inputs: got [batch, 4, 5, 3], needs channels that are a multiple of 2',
      () => built(conv2d({ filters: 2, size: 1, groups: 2 }), picture),
    ],
    [
      'VARDROP_SHAPE',
      '[conv1d1] inputs: got [batch, 4, 5, 3], needs sequences',
      () => built(conv1d({ filters: 2, size: 1 }), picture),
    ],
    [
      'VARDROP_SHAPE',
      '[conv1dTranspose1] inputs: got [batch, 4]',
      () => built(conv1dTranspose({ filters: 2, size: 1 }), [4]),
    ],
    [
      'VARDROP_SHAPE',
      '[conv2dTranspose1] inputs: got [batch, 4, 5], needs images',
      () => built(conv2dTranspose({ filters: 2, size: 1 }), [4, 5]),
    ],
    ['VARDROP_SHAPE', 'depthwiseConv2d1', () => built(depthwiseConv2d({ size: 5 }), picture)],
    ['VARDROP_SHAPE', 'separableConv2d1', () => built(separableConv2d({ filters: 2, size: 3, dilations: 3 }), picture)],
    ['VARDROP_SHAPE', 'maxPooling1d1', () => built(maxPooling1d({ size: 6 }), [5, 2])],
    ['VARDROP_SHAPE', '[globalMaxPooling2d1] inputs', () => built(globalMaxPooling2d(), [5, 2])],
    ['VARDROP_SHAPE', '[globalAveragePooling1d1] inputs', () => built(globalAveragePooling1d(), [5])],
    [
      'VARDROP_SHAPE',
      '[cropping2d1] inputs: got [batch, 4, 5, 3], needs more than the cut [[2, 2], [0, 0]]',
      () => built(cropping2d({ cropping: [2, 0] }), picture),
    ],
    ['VARDROP_SHAPE', '[cropping1d1] inputs: got [batch, 2, 5]', () => built(cropping1d(), [2, 5])],
    [
      'VARDROP_SHAPE',
      '[reshape1] inputs: got [batch, 4, 5, 3], needs as many elements as the shape [batch, 7, -1]',
      () => built(reshape({ shape: [7, -1] }), picture),
    ],
    [
      'VARDROP_SHAPE',
      '[permute1] inputs: got [batch, 4, 5, 3], needs 2 axes',
      () => built(permute({ axes: [2, 1] }), picture),
    ],
  ])('%s: %s', (code, text, call) => {
    expect(call).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }));
  });
});
