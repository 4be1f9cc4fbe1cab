import { describe, expect, it } from 'vitest';
import {
  activation,
  add,
  averagePooling1d,
  averagePooling2d,
  batchNorm,
  conv2d,
  conv2dTranspose,
  dense,
  fourierFeatures,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  groupNorm,
  input,
  type Layer,
  layerNorm,
  maxPooling1d,
  maxPooling2d,
  model,
  multiply,
  positionEmbedding,
  prelu,
  rmsNorm,
  separableConv2d,
  sinusoidalPositions,
  upsampling2d,
} from '../../../src/index.js';
import { bindBatch, createBuilder, elementCount } from '../../../src/program/index.js';
import * as random from '../../../src/random/index.js';
import { evaluate } from '../../../src/reference/index.js';
import { averageOf, sampleThreshold } from './samples.js';

/** A layer, and the shapes of its inputs. */
type Case = readonly [layer: Layer, ...shapes: (readonly number[])[]];

/** Those whose moments are exact for independent Gaussian inputs. */
const exact: readonly Case[] = [
  [dense({ units: 3, activation: 'relu' }), [5]],
  [dense({ units: 2, activation: 'leakyRelu' }), [4]],
  [conv2d({ filters: 3, size: [2, 3], padding: 'same', strides: 2 }), [5, 4, 2]],
  [conv2dTranspose({ filters: 2, size: 3, strides: 2 }), [2, 3, 3]],
  [averagePooling2d({ size: 3, strides: 2, padding: 'same' }), [5, 4, 2]],
  [averagePooling2d({ size: [1, 2] }), [3, 5, 2]],
  [averagePooling1d({ size: 3, strides: 2, padding: 'same' }), [6, 2]],
  [globalAveragePooling1d(), [5, 3]],
  [globalAveragePooling2d(), [3, 2, 3]],
  [upsampling2d({ size: [2, 3], interpolation: 'bilinear' }), [2, 3, 2]],
  [batchNorm(), [4, 3]],
  [prelu({ slope: 0.3 }), [2, 3]],
  [activation('relu'), [7]],
  [fourierFeatures({ units: 6, lengthScale: 2 }), [3]],
  [sinusoidalPositions(), [4, 3]],
  [positionEmbedding({ length: 6 }), [4, 3]],
  [add(), [3, 2], [3, 1]],
  [add(), [4], [4], [4]],
  [multiply(), [3, 2], [1, 2]],
  [multiply(), [4], [4], [4]],
  [maxPooling1d({ size: 2, strides: 1 }), [4, 3]],
];

/** Those whose moments are approximated, as shares of the deviation and of the variance. */
const approximate: readonly (readonly [mean: number, variance: number, ...Case])[] = [
  [0.05, 0.25, maxPooling2d({ size: 2 }), [4, 6, 2]],
  [0.15, 0.4, maxPooling2d({ size: 3, strides: 2, padding: 'same' }), [5, 4, 2]],
  [0.06, 0.45, globalMaxPooling1d(), [5, 3]],
  [0.1, 0.3, globalMaxPooling2d(), [3, 3, 2]],
  [0.1, 0.25, layerNorm(), [2, 24]],
  [0.1, 0.25, groupNorm({ groups: 2 }), [2, 3, 8]],
  [0.1, 0.3, rmsNorm(), [2, 24]],
  [0.03, 0.05, dense({ units: 3, activation: 'tanh' }), [5]],
  [0.04, 0.1, separableConv2d({ filters: 3, size: 2, activation: 'silu' }), [4, 3, 2]],
];
const samples = 8000;

function compare([layer, ...shapes]: Case, check: (what: string, got: number, values: readonly number[]) => void) {
  const values = shapes.map((shape, i) => input({ shape, name: `x${i + 1}` }));
  const network = model({ inputs: values, outputs: layer(...values) });
  const [built] = network.layers;
  const numbers = (name: number, shape: readonly number[]) =>
    random.normal(random.foldIn(random.key(5), name), elementCount(shape));
  const all = [...built.parameters, ...(built.carried ?? [])];
  // Variances among the carried values are positive.
  const own = all.map(({ name, shape }, i) => [
    name,
    numbers(i, shape).map((x) => (name === 'variance' ? 0.5 + x * x : x)),
  ]);
  const means = shapes.map((shape, i) => numbers(50 + i, shape));
  const variances = shapes.map((shape, i) => numbers(60 + i, shape).map((x) => 0.05 + 0.4 * x * x));

  const build = (rows: number, moments: boolean) => {
    const b = createBuilder('moments');
    const declared = (names: readonly { name: string; shape: readonly number[] }[]) =>
      Object.fromEntries(names.map(({ name, shape }) => [name, b.input(name, shape)]));
    const parameters = declared(built.parameters);
    const mode = { training: false, carried: declared(built.carried ?? []), carry: () => {} };
    const xs = shapes.map((shape, i) => b.input(`x${i}`, ['batch', ...shape]));
    if (moments) {
      const given = xs.map((mean, i) => ({ mean, variance: b.input(`v${i}`, ['batch', ...shapes[i]]) }));
      const found = built.moments?.(b, given, parameters, { ...mode, approximate: true, source: () => {} });
      if (!found?.variance) throw new Error(`${built.kind}: no moments`);
      b.output('mean', found.mean);
      b.output('variance', found.variance);
    } else b.output('y', built.apply(b, xs, parameters, mode));
    return bindBatch(b.build(), rows);
  };
  const feeds = (x: readonly ArrayLike<number>[], v: readonly ArrayLike<number>[]) => ({
    inputs: Object.fromEntries([
      ...own,
      ...x.map((data, i) => [`x${i}`, data]),
      ...v.map((data, i) => [`v${i}`, data]),
    ]),
  });
  const found = evaluate(build(1, true), feeds(means, variances));
  const drawn = shapes.map((shape, i) => {
    const size = elementCount(shape);
    const noise = random.normal(random.foldIn(random.key(11), i), samples * size);
    return noise.map((z, j) => means[i][j % size] + Math.sqrt(variances[i][j % size]) * z);
  });
  const { y } = evaluate(build(samples, false), feeds(drawn, []));
  const width = y.length / samples;
  for (let unit = 0; unit < width; unit++) {
    const column = Array.from({ length: samples }, (_, row) => y[row * width + unit]);
    check(`mean of ${unit}`, found.mean[unit], column);
    check(`variance of ${unit}`, found.variance[unit], column);
  }
}

describe('moments of layers', () => {
  it.each(exact.map((one) => [`${one[0].kind} of [${one.slice(1).join('], [')}]`, one] as const))('%s', (_, one) => {
    compare(one, (what, got, values) => {
      const average = averageOf(values);
      const wanted = what.startsWith('mean') ? values : values.map((value) => (value - average) ** 2);
      expect(Math.abs(averageOf(wanted) - got), what).toBeLessThan(sampleThreshold(wanted) + 1e-12);
    });
  });

  it.each(approximate.map((one) => [`${one[2].kind} of [${one[3]}], about`, one] as const))('%s', (_, one) => {
    const [mean, variance, ...rest] = one;
    compare(rest, (what, got, values) => {
      const average = averageOf(values);
      const spread = averageOf(values.map((value) => (value - average) ** 2));
      if (what.startsWith('mean')) expect(Math.abs(got - average) / Math.sqrt(spread), what).toBeLessThan(mean);
      else expect(Math.abs(got - spread) / spread, what).toBeLessThan(variance);
    });
  });
});
