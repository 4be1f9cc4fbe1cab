import { describe, expect, it } from 'vitest';
import type { LinearMap } from '../../src/estimators/estimator.js';
import { flipout, localReparametrization, separateSamples, singleSample } from '../../src/estimators/index.js';
import {
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  dense,
  depthwiseConv2d,
  type Layer,
  separableConv2d,
  sequential,
} from '../../src/layers/index.js';
import {
  bernoulli,
  bernoulliLearned,
  gaussianDropout,
  type NoiseModel,
  variationalDropout,
} from '../../src/noise/index.js';
import { bindBatch } from '../../src/program/bindBatch.js';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import type { Shape } from '../../src/program/program.js';
import { elementCount } from '../../src/program/shapes.js';
import { key } from '../../src/random/key.js';
import { normal } from '../../src/random/normal.js';
import { evaluate } from '../../src/reference/index.js';

const rows = 3;
const numbers = (seed: number, count: number) => Array.from(normal(key(seed), count));

/** The values of a program of these inputs, for `rows` datapoints. */
function run(
  inputs: Readonly<Record<string, readonly [shape: Shape, data: readonly number[]]>>,
  build: (b: Builder, values: Readonly<Record<string, Value>>) => Value,
): { readonly y: number[]; readonly shape: Shape } {
  const b = createBuilder('map');
  const values = Object.entries(inputs).map(([name, [shape]]) => [name, b.input(name, shape)] as const);
  const y = build(b, Object.fromEntries(values));
  b.output('y', y);
  const data = Object.fromEntries(Object.entries(inputs).map(([name, [, given]]) => [name, given]));
  return { y: Array.from(evaluate(bindBatch(b.build(), rows), { inputs: data }).y), shape: y.shape };
}

const layers: readonly (readonly [string, Layer, readonly number[]])[] = [
  ['dense', dense({ units: 2 }), [3]],
  ['dense on steps', dense({ units: 2 }), [4, 3]],
  ['conv2d', conv2d({ filters: 2, size: [2, 3] }), [3, 4, 3]],
  [
    'conv2d, strides, dilations, same',
    conv2d({ filters: 2, size: [2, 3], strides: [2, 1], dilations: [1, 2], padding: 'same' }),
    [3, 5, 3],
  ],
  ['conv2d, groups', conv2d({ filters: 6, size: [1, 2], groups: 2 }), [2, 4, 4]],
  ['conv1d, causal', conv1d({ filters: 2, size: 3, dilations: 2, padding: 'causal' }), [5, 3]],
  ['conv1d, groups', conv1d({ filters: 3, size: 2, strides: 2, groups: 3 }), [5, 6]],
  ['depthwiseConv2d', depthwiseConv2d({ size: [2, 3], strides: [1, 2], padding: 'same', multiplier: 2 }), [3, 4, 3]],
  ['conv2dTranspose', conv2dTranspose({ filters: 2, size: [3, 2], strides: [2, 1] }), [2, 3, 3]],
  ['conv2dTranspose, same', conv2dTranspose({ filters: 2, size: [3, 4], strides: [2, 3], padding: 'same' }), [3, 2, 3]],
  ['conv2dTranspose, gaps', conv2dTranspose({ filters: 2, size: [1, 2], strides: [2, 3] }), [2, 2, 3]],
  ['conv1dTranspose', conv1dTranspose({ filters: 2, size: 3, strides: 2, padding: 'same' }), [4, 3]],
];
const separable = sequential({
  input: [4, 3, 2],
  layers: [separableConv2d({ filters: 2, multiplier: 3, size: 2 })],
}).layers[0].parts;

interface MapCase {
  readonly map: LinearMap;
  readonly weightShape: readonly number[];
  readonly inputShape: readonly number[];
}

const maps: readonly (readonly [string, MapCase])[] = [
  ...layers.map(([name, layer, inputShape]) => {
    const part = sequential({ input: inputShape, layers: [layer] }).layers[0].parts?.[0];
    return [name, { map: part!.map, weightShape: part!.weightShape, inputShape }] as const;
  }),
  [
    'separableConv2d, depthwise',
    { map: separable![0].map, weightShape: separable![0].weightShape, inputShape: [4, 3, 2] },
  ],
  [
    'separableConv2d, pointwise',
    { map: separable![1].map, weightShape: separable![1].weightShape, inputShape: [3, 2, 6] },
  ],
];

const batch = (shape: readonly number[]) => ['batch', ...shape] as const;

// The pre-activations of one random sample of weights for each datapoint have a law, and these estimators have the same: each
// datapoint sees `map` under weights that are distributed as the noise says. `single`: by definition. `separate`: `applyEach`
// applies weights of its own to each datapoint. `flipout`: signs of inputs and outputs are signs of the weights, independent of
// the place, and noise that is symmetric keeps its law under any signs. Noise on the inputs: factors of inputs are factors of
// weights. All of this holds sample by sample, so that no moments have to be estimated.
describe.each(maps)(
  '%s: estimators sample one set of weights for a datapoint',
  (_, { map, weightShape, inputShape }) => {
    const count = elementCount(weightShape);
    const x = numbers(1, rows * elementCount(inputShape));
    const given = { x: [batch(inputShape), x] } as const;
    const whole = run({ ...given, w: [weightShape, numbers(2, count)] }, (b, { x: xs, w }) => map.apply(b, xs, w));
    const places = whole.y.length / rows;

    it('separate: each datapoint has its own', () => {
      const weights = Array.from({ length: rows }, (_, row) => numbers(10 + row, count));
      const each = run({ ...given, w: [batch(weightShape), weights.flat()] }, (b, { x: xs, w }) =>
        map.applyEach(b, xs, w),
      );
      expect(each.shape).toEqual(whole.shape);
      weights.forEach((own, row) => {
        const shared = run({ ...given, w: [weightShape, own] }, (b, { x: xs, w }) => map.apply(b, xs, w));
        const wanted = shared.y.slice(row * places, (row + 1) * places);
        const got = each.y.slice(row * places, (row + 1) * places);
        const error = Math.hypot(...got.map((value, i) => value - wanted[i]));
        expect(error).toBeLessThan(1e-13 * (1 + Math.hypot(...wanted)));
      });
    });

    /** For each weight: outputs under this weight alone, with and without factors of inputs and outputs. */
    const ofWeights = (inputFactors: readonly number[], outputFactors: readonly number[]) =>
      Array.from({ length: count }, (_, k) => {
        const one = Array.from({ length: count }, (_, i) => (i === k ? 1 : 0));
        const feeds = {
          ...given,
          w: [weightShape, one],
          s: [batch(map.inputFactors.slice(1) as number[]), inputFactors],
          r: [batch(map.outputFactors.slice(1) as number[]), outputFactors],
        } as const;
        const plain = run({ ...given, w: feeds.w }, (b, { x: xs, w }) => map.apply(b, xs, w)).y;
        const scaled = run(feeds, (b, { x: xs, w, s, r }) => b.mul(map.apply(b, b.mul(xs, s), w), r)).y;
        return { plain, scaled };
      });

    it('flipout and noise on the inputs: a factor of an input or output is one of each of its weights, at all places', () => {
      const [ins, outs] = [elementCount(map.inputFactors as number[]), elementCount(map.outputFactors as number[])];
      const inputFactors = numbers(3, rows * ins);
      const outputFactors = numbers(4, rows * outs);
      const used = [new Set<number>(), new Set<number>()];
      for (const { plain, scaled } of ofWeights(inputFactors, outputFactors)) {
        for (let row = 0; row < rows; row++) {
          // Which factors: those of one input and one output.
          const at = plain.slice(row * places, (row + 1) * places);
          const first = at.findIndex((value) => value !== 0);
          if (first < 0) continue;
          const factor = scaled[row * places + first] / at[first];
          const own = (factors: readonly number[], n: number) => factors.slice(row * n, (row + 1) * n);
          const products = own(inputFactors, ins).flatMap((s) => own(outputFactors, outs).map((r) => s * r));
          const which = products.findIndex((product) => Math.abs(product - factor) < 1e-12);
          expect(which).toBeGreaterThanOrEqual(0);
          used[0].add(Math.floor(which / outs));
          used[1].add(which % outs);
          at.forEach((value, i) => {
            expect(Math.abs(scaled[row * places + i] - factor * value)).toBeLessThan(1e-12);
          });
        }
      }
      expect([used[0].size, used[1].size]).toEqual([ins, outs]);
    });

    it('says whether weights are used at several places of a datapoint', () => {
      const several = ofWeights(
        new Array(rows * elementCount(map.inputFactors as number[])).fill(1),
        new Array(rows * elementCount(map.outputFactors as number[])).fill(1),
      ).some(({ plain }) => plain.slice(0, places).filter((value) => value !== 0).length > 1);
      expect(map.shared ?? false).toBe(several);
    });
  },
);

describe('what cannot be combined is refused with the reason', () => {
  const built = (layer: Layer, shape: readonly number[] = [3, 4, 4]) => sequential({ input: shape, layers: [layer] });
  const grouped = (noise: NoiseModel) =>
    conv2d({ filters: 2, size: 2, groups: 2, noise, estimator: separateSamples() });
  const depthwise = (noise: NoiseModel) => depthwiseConv2d({ size: 2, noise, estimator: flipout() });
  const refused = (text: RegExp) =>
    expect.objectContaining({ code: 'VARDROP_COMBINATION', message: expect.stringMatching(text) });
  const thrown = (call: () => unknown) => {
    try {
      call();
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it.each([
    ['an α for each input of type B', variationalDropout({ alpha: 'input' })],
    ['an α for each input of type A', variationalDropout({ type: 'A', alpha: 'input' })],
    ['one α of type A, whose KL counts inputs', variationalDropout({ type: 'A', alpha: 'layer' })],
    ['a rate for each input', bernoulliLearned({ rates: 'input' })],
  ])('groups: %s', (_, noise) => {
    expect(thrown(() => built(grouped(noise)))).toEqual(
      refused(/\[conv2d1\] noise '.*' with groups: .* depthwiseConv2d/),
    );
    expect(thrown(() => built(conv1d({ filters: 2, size: 2, groups: 2, noise }), [4, 4]))).toEqual(
      refused(/conv1d1.*groups/),
    );
  });

  it.each([
    ['an α for each weight', variationalDropout({ alpha: 'weight' })],
    ['an α for each output', variationalDropout({ alpha: 'output' })],
    ['fixed noise on the inputs', bernoulli()],
    ['fixed Gaussian noise on the inputs', gaussianDropout({ type: 'A' })],
  ])('groups may have %s', (_, noise) => {
    expect(thrown(() => built(grouped(noise)))).toBeUndefined();
  });

  it('depthwise: an α for each output', () => {
    const noise = variationalDropout({ alpha: 'output' });
    expect(thrown(() => built(depthwise(noise)))).toEqual(refused(/\[depthwiseConv2d1\] .* α for each output/));
    expect(thrown(() => built(separableConv2d({ filters: 2, size: 2, noise })))).toEqual(
      refused(/separableConv2d1\/depthwise/),
    );
    for (const alpha of ['layer', 'input', 'weight'] as const) {
      expect(thrown(() => built(depthwise(variationalDropout({ alpha }))))).toBeUndefined();
    }
  });

  it('local is allowed where weights are shared', () => {
    const noise = variationalDropout();
    const layer = depthwiseConv2d({ size: 2, noise, estimator: localReparametrization() });
    expect(thrown(() => built(layer))).toBeUndefined();
    expect(thrown(() => built(depthwiseConv2d({ size: 2, noise, estimator: singleSample() })))).toBeUndefined();
  });
});
