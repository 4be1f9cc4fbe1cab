import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearLayerOptions } from '../../src/extend.js';
import {
  activation,
  add,
  averagePooling2d,
  batchNorm,
  concatenate,
  conv2d,
  dense,
  depthwiseConv2d,
  flatten,
  type GraphValue,
  globalAveragePooling2d,
  globalMaxPooling2d,
  input,
  type Layer,
  maxPooling2d,
  model,
  multiply,
  padding2d,
  prelu,
  reshape,
  separableConv2d,
  sparseVariational,
  upsampling2d,
} from '../../src/index.js';
import { expectLaw, foldedBiases, noisyLayers, randomParameters } from './helpers.js';

/** A value of a graph under construction, with its number of channels and its size; all images are of 2 × 4 or 4 × 8 pixels. */
interface Image {
  readonly value: GraphValue;
  readonly channels: number;
  readonly times: 1 | 2;
}

/** Options of the next layer with weights. */
type Next = () => LinearLayerOptions;

/** What a step of the construction is given: two images of before, and numbers to choose by. */
interface Step {
  readonly a: Image;
  readonly b: Image;
  readonly choice: number;
  readonly next: Next;
}

/** An image with as many channels as another one, and of its size. */
function matched(from: Image, to: Image, next: Next): GraphValue {
  const sized =
    from.times === to.times ? from.value : from.times === 1 ? upsampling2d()(from.value) : maxPooling2d()(from.value);
  return from.channels === to.channels && from.times === to.times
    ? from.value
    : conv2d({ filters: to.channels, size: 1, ...next() })(sized);
}

/** Options for depthwise parts, whose weights have no axis for all outputs. */
function byChannel(next: Next): LinearLayerOptions {
  const options = next();
  return options.noise?.alpha === 'output' ? { ...options, noise: sparseVariational() } : options;
}

const keep = (image: Image, value: GraphValue, channels = image.channels): Image => ({ ...image, value, channels });

/** What is done to the images of before. */
const steps: Readonly<Record<string, (step: Step) => Image>> = {
  conv: ({ a, choice, next }) => {
    const filters = 2 + (choice % 3);
    const size = 1 + (choice % 2);
    return keep(a, conv2d({ filters, size, padding: 'same', activation: 'relu', ...next() })(a.value), filters);
  },
  block: ({ a, choice, next }) => {
    const inner = conv2d({ filters: 2 + (choice % 3), size: 2, padding: 'same', activation: 'relu', ...next() })(
      a.value,
    );
    return keep(a, add()(a.value, conv2d({ filters: a.channels, size: 1, ...next() })(inner)));
  },
  add: ({ a, b, next }) => keep(a, add()(a.value, matched(b, a, next))),
  multiply: ({ a, b, next }) => keep(a, multiply()(a.value, matched(b, a, next))),
  gate: ({ a, next }) => keep(a, multiply()(a.value, conv2d({ filters: 1, size: 1, ...next() })(a.value))),
  concatenate: ({ a, b }) =>
    a.times === b.times ? keep(a, concatenate()(a.value, b.value), a.channels + b.channels) : a,
  stack: ({ a, b, next }) => {
    const both = concatenate({ axis: 1 })(a.value, matched(b, a, next));
    return keep(a, maxPooling2d({ size: [2, 1] })(both));
  },
  depthwise: ({ a, choice, next }) => {
    const multiplier = 1 + (choice % 2);
    const layer = depthwiseConv2d({ size: 2, padding: 'same', multiplier, ...byChannel(next) });
    return keep(a, layer(a.value), a.channels * multiplier);
  },
  separable: ({ a, next }) =>
    keep(a, separableConv2d({ filters: 3, size: 2, padding: 'same', ...byChannel(next) })(a.value), 3),
  batchNorm: ({ a }) => keep(a, batchNorm({ epsilon: 0.25 })(a.value)),
  relu: ({ a }) => keep(a, activation('relu')(a.value)),
  prelu: ({ a }) => keep(a, prelu()(a.value)),
  pool: ({ a, choice }) => {
    const layer = [maxPooling2d, averagePooling2d][choice % 2]({ padding: 'same', strides: 1 });
    return keep(a, layer(a.value));
  },
  pad: ({ a }) =>
    keep(
      a,
      averagePooling2d({ strides: 1 })(
        padding2d({
          padding: [
            [1, 0],
            [0, 1],
          ],
        })(a.value),
      ),
    ),
  enlarge: ({ a }) => (a.times === 1 ? { ...a, times: 2, value: upsampling2d()(a.value) } : a),
  shrink: ({ a }) => (a.times === 2 ? { ...a, times: 1, value: averagePooling2d()(a.value) } : a),
  shared: ({ a, b, choice, next }) => {
    const layer = conv2d({ filters: 2 + (choice % 3), size: 1, activation: 'relu', ...next() });
    const [left, right] = [layer(a.value), layer(matched(b, a, next))];
    const merge: Layer = [add(), multiply(), concatenate()][choice % 3];
    const filters = 2 + (choice % 3);
    return keep(a, merge(left, right), choice % 3 === 2 ? 2 * filters : filters);
  },
  twice: ({ a, next }) => {
    // A layer that reads what it gives: all channels of both are coupled.
    const layer = conv2d({ filters: a.channels, size: 1, activation: 'relu', ...next() });
    return keep(a, layer(layer(a.value)));
  },
};

/** From an image to numbers. */
const ends: readonly ((image: Image) => GraphValue)[] = [
  ({ value }) => flatten()(value),
  ({ value }) => reshape({ shape: [-1] })(value),
  ({ value }) => globalAveragePooling2d()(value),
  ({ value }) => globalMaxPooling2d()(value),
];

const graphs = fc
  .record({
    built: fc.array(
      fc.record({
        kind: fc.constantFrom(...Object.keys(steps)),
        left: fc.nat(9),
        right: fc.nat(9),
        choice: fc.nat(11),
      }),
      { minLength: 3, maxLength: 6 },
    ),
    end: fc.nat(3),
    heads: fc.integer({ min: 1, max: 2 }),
    noise: noisyLayers(5),
    bias: fc.array(fc.constantFrom(true, true, true, false), { minLength: 5, maxLength: 5 }),
  })
  .map(({ built, end, heads, noise, bias }) => {
    let count = 0;
    const next: Next = () => {
      const at = count++ % noise.length;
      const options = { ...noise[at], bias: bias[at] };
      return options;
    };
    const x = input({ shape: [2, 4, 2] });
    const first = conv2d({ filters: 3, size: 1, activation: 'relu', ...next() })(x);
    const images: Image[] = [{ value: first, channels: 3, times: 1 }];
    for (const { kind, left, right, choice } of built) {
      // Later images more often than early ones, so that graphs are deep as well.
      const at = (n: number) => images[Math.max(0, images.length - 1 - (n % 3))];
      images.push(steps[kind]({ a: at(left % 2), b: at(right), choice, next }));
    }
    const last = images[images.length - 1];
    const trunk = ends[end](last);
    const outputs = { main: dense({ units: 2, ...next() })(dense({ units: 3, activation: 'relu', ...next() })(trunk)) };
    const other = { aside: dense({ units: 3, ...next() })(globalMaxPooling2d()(images[images.length >> 1].value)) };
    return model({ inputs: x, outputs: heads === 1 ? outputs : { ...outputs, ...other } });
  });

/** Few digits, so that constants behind many layers are exact in float32. */
const halves = [-1, -0.5, 0.5, 1];

describe('pruned graphs', () => {
  it('compute what the masked model computes, with means and with the same noise', () => {
    let removed = 0;
    let folded = 0;
    let extra = 0;
    const numRuns = 300;
    const reached = new Set<string>();
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: 60000 }), (graph, seed) => {
        const parameters = randomParameters(graph, seed, halves);
        const { pruned, forMeans } = expectLaw(graph, parameters, seed);
        removed += pruned.report.unitsRemoved;
        extra += forMeans.report.unitsRemoved - pruned.report.unitsRemoved;
        folded += foldedBiases(parameters, pruned);
        for (const { layer } of pruned.model.calls) {
          const before = graph.layers.find(({ name }) => name === layer.name);
          if (before?.outputShape.join() !== layer.outputShape.join()) reached.add(layer.kind);
        }
      }),
      { numRuns, seed: 1 },
    );
    // So that the law is not kept by doing nothing.
    expect(removed).toBeGreaterThan(numRuns);
    expect(folded).toBeGreaterThan(numRuns / 20);
    expect(extra).toBeGreaterThan(numRuns / 20);
    expect([...reached].sort()).toEqual([
      'add',
      'averagePooling2d',
      'batchNorm',
      'concatenate',
      'conv2d',
      'dense',
      'depthwiseConv2d',
      'flatten',
      'globalAveragePooling2d',
      'globalMaxPooling2d',
      'maxPooling2d',
      'multiply',
      'padding2d',
      'prelu',
      'relu',
      'reshape',
      'separableConv2d',
      'upsampling2d',
    ]);
  }, 60_000);
});
