import type { Layer } from '@vardrop/core';
import type { BuiltLayer, Draw } from '@vardrop/core/extend';
import type { Builder, Value } from '@vardrop/core/program';
import { coreModels } from '../../src/models.js';
import { built, model } from './model.js';
import type { Mutant } from './mutant.js';

type Options = Readonly<Record<string, unknown>>;

/** One kind of layer, made wrong; all others are right. */
const layer = (defect: string, kind: string, make: (options: Options, right: Layer) => Layer): Mutant =>
  model(defect, 'layers', {
    layer: (name, options) => {
      const right = coreModels.layer(name, options);
      return name === kind ? make(options as Options, right) : right;
    },
  });

/** The same with the layer changed once it is built, where its options say so. */
const changed = (
  defect: string,
  kind: string,
  change: (right: BuiltLayer, options: Options) => Partial<BuiltLayer>,
  where: (options: Options) => boolean = () => true,
): Mutant =>
  layer(defect, kind, (options, right) =>
    where(options)
      ? built(
          () => right,
          (whole) => change(whole, options),
        )(options)
      : right,
  );

/** The same with other inputs, or other outputs. */
const onInputs = (change: (b: Builder, x: Value) => Value) => (right: BuiltLayer) => ({
  apply: ((b, [x], parameters, mode) => right.apply(b, [change(b, x)], parameters, mode)) as BuiltLayer['apply'],
});
const onOutputs = (change: (b: Builder, y: Value, x: Value) => Value) => (right: BuiltLayer) => ({
  apply: ((b, [x], parameters, mode) => change(b, right.apply(b, [x], parameters, mode), x)) as BuiltLayer['apply'],
});

/** Other noise. */
const drawing = (change: (b: Builder, draw: Draw) => Draw) => (right: BuiltLayer) => ({
  apply: ((b, inputs, parameters, mode) =>
    right.apply(b, inputs, parameters, { ...mode, draw: mode.draw && change(b, mode.draw) })) as BuiltLayer['apply'],
});

const reversed = { step: -1 };
const same = ({ padding }: Options) => padding === 'same';
const upsideDown = (b: Builder, x: Value) => b.slice(x, [undefined, reversed, reversed]);

/** Padding whose odd cell is at the top and left: that of the image and the filter turned round. */
const turned = (right: BuiltLayer): Partial<BuiltLayer> => ({
  apply(b, [x], parameters, mode) {
    const weights = b.slice(parameters.weights, [reversed, reversed]);
    return upsideDown(b, right.apply(b, [upsideDown(b, x)], { ...parameters, weights }, mode));
  },
});

/** Defects of the layers of networks, and of their noise. */
export const networkMutants: readonly Mutant[] = [
  changed('the odd cell of padding at the top and left', 'conv2d', turned, same),
  changed('the odd cell cut at the bottom and right', 'conv2dTranspose', turned, same),
  changed(
    'a causal convolution that sees the next step',
    'conv1d',
    onInputs((b, x) => {
      const later = b.slice(x, [undefined, { start: 1 }]);
      return b.pad(later, [undefined, { after: 1 }]);
    }),
    ({ padding }) => padding === 'causal',
  ),
  changed(
    'groups that read the channels of others',
    'conv2d',
    onInputs((b, x) => b.slice(x, [undefined, undefined, undefined, reversed])),
    ({ groups }) => groups !== undefined,
  ),
  changed('a true convolution in place of a cross-correlation', 'conv1d', (right) => ({
    apply: (b, [x], parameters, mode) =>
      right.apply(b, [x], { ...parameters, weights: b.slice(parameters.weights, [reversed]) }, mode),
  })),
  changed(
    'outputs by multiplier first',
    'depthwiseConv2d',
    onOutputs((b, y, x) => {
      const [channels, outputs] = [x.shape[3] as number, y.shape[3] as number];
      const apart = b.reshape(y, [...y.shape.slice(0, 3), channels, outputs / channels]);
      return b.reshape(b.transpose(apart, [0, 1, 2, 4, 3]), y.shape);
    }),
    ({ multiplier }) => multiplier !== 1,
  ),
  changed('an activation between the parts', 'separableConv2d', (right) => ({
    apply(b, [x], parameters, mode) {
      const [depthwise, pointwise] = right.parts ?? [];
      return pointwise.apply(b, b.max(depthwise.apply(b, x, parameters, mode), 0), parameters, mode);
    },
  })),
  changed(
    'zeros of padding that win',
    'maxPooling2d',
    onOutputs((b, y) => b.max(y, 0)),
    same,
  ),
  changed(
    'padding counted in a mean',
    'averagePooling1d',
    (right) => ({
      apply(b, [x], parameters, mode) {
        const ones = b.broadcast(1, x.shape);
        const padded = b.pad(ones, [undefined, { after: 1 }]);
        const count = b.slice(padded, [undefined, { start: 1 }]);
        return right.apply(b, [b.mul(x, count)], parameters, mode);
      },
    }),
    same,
  ),
  changed(
    'a sum in place of a mean',
    'globalAveragePooling2d',
    onOutputs((b, y) => b.mul(y, 12)),
  ),
  layer('pixels repeated in place of weighted', 'upsampling2d', (options) =>
    coreModels.layer('upsampling2d', { ...options, interpolation: 'nearest' }),
  ),
  changed(
    'edges cut at the other side',
    'cropping1d',
    onInputs((b, x) => b.slice(x, [undefined, reversed])),
  ),
  changed(
    'an axis read backwards',
    'permute',
    onOutputs((b, y) => b.slice(y, [undefined, reversed])),
  ),
  changed('slopes that learn nothing', 'prelu', (right) => ({
    apply: (b, xs, { slope }, mode) => right.apply(b, xs, { slope: b.stopGradient(slope) }, mode),
  })),
  changed(
    'one sample of the weights for all datapoints',
    'conv2dTranspose',
    drawing(
      (b, draw) => (distribution, name, shape) =>
        shape[0] === 'batch' && name === 'weights'
          ? b.broadcast(draw(distribution, name, [1, ...shape.slice(1)]), shape)
          : draw(distribution, name, shape),
    ),
  ),
  changed('a sign for each step in place of each filter', 'conv1d', (right) =>
    drawing(
      (_, draw) => (distribution, name, shape) =>
        draw(distribution, name, name === 'outputSigns' ? ['batch', ...right.outputShape] : shape),
    )(right),
  ),
  changed('parts that share their noise', 'separableConv2d', (right) =>
    drawing((_, draw) => (distribution, name, shape) => {
      if (name !== 'pointwise/inputSigns') return draw(distribution, name, shape);
      return draw(distribution, 'depthwise/outputSigns', shape);
    })(right),
  ),
];
