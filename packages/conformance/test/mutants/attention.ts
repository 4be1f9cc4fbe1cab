import type { Layer } from '@vardrop/core';
import type { BuiltLayer } from '@vardrop/core/extend';
import type { Builder, Value } from '@vardrop/core/program';
import { coreModels } from '../../src/models.js';
import { built, model } from './model.js';
import type { Mutant } from './mutant.js';

type Options = Readonly<Record<string, unknown>>;
type Apply = BuiltLayer['apply'];

/** One kind of layer, made wrong, which the case `property` has to find; all others are right. */
const made = (
  defect: string,
  kind: string,
  property: string,
  make: (options: Options, right: Layer) => Layer,
): Mutant =>
  model(
    defect,
    'layers',
    {
      layer: (name, options) => {
        const right = coreModels.layer(name, options);
        return name === kind ? make(options as Options, right) : right;
      },
    },
    `${kind}: ${property}`,
  );

/** The same with another forward pass. */
const passed = (
  defect: string,
  kind: string,
  property: string,
  change: (right: Apply, options: Options) => Apply,
): Mutant =>
  made(defect, kind, property, (options, right) =>
    built(
      () => right,
      (whole) => ({ apply: change(whole.apply, options) }),
    )(options),
  );

/** The same with other options. */
const chosen = (defect: string, kind: string, property: string, change: (options: Options) => Options): Mutant =>
  made(defect, kind, property, (options) => coreModels.layer(kind, change(options)));

const maskedBy =
  (change: (b: Builder, mask: Value) => Value) =>
  (right: Apply): Apply =>
  (b, inputs, parameters, mode) =>
    right(b, [...inputs.slice(0, -1), change(b, inputs[inputs.length - 1])], parameters, mode);

const onX =
  (change: (b: Builder, x: Value) => Value) =>
  (right: Apply): Apply =>
  (b, [x, ...others], parameters, mode) =>
    right(b, [change(b, x), ...others], parameters, mode);

const attention = 'multiHeadAttention';

/** Defects of embeddings, attention and normalizations. */
export const attentionMutants: readonly Mutant[] = [
  passed(
    'a mask that is not read',
    attention,
    'under a mask of keys',
    maskedBy((b, mask) => b.add(1, b.mul(0, mask))),
  ),
  passed(
    'a mask whose 1 hides',
    attention,
    'under a mask of pairs',
    maskedBy((b, mask) => b.sub(1, mask)),
  ),
  chosen('causal attention that sees later steps', attention, 'causal', (options) => ({ ...options, causal: false })),
  passed('scores divided by the size', attention, 'to itself', (right) => (b, inputs, parameters, mode) => {
    // Two units of a head: one more division by √2.
    const smaller = (name: string) => ({ [name]: b.mul(Math.SQRT1_2, parameters[name]) });
    return right(b, inputs, { ...parameters, ...smaller('query/weights'), ...smaller('query/bias') }, mode);
  }),
  passed('heads that lie side by side', attention, 'to itself', (right) => (b, inputs, parameters, mode) => {
    const columns = (name: string) => {
      const { shape } = parameters[name];
      const pairs = b.reshape(parameters[name], [...shape.slice(0, -1), 2, Number(shape[shape.length - 1]) / 2]);
      const axes = shape.map((_, axis) => axis);
      const turned = b.transpose(pairs, [...axes.slice(0, -1), shape.length, shape.length - 1]);
      return { [name]: b.reshape(turned, shape) };
    };
    return right(b, inputs, { ...parameters, ...columns('value/weights'), ...columns('value/bias') }, mode);
  }),
  passed(
    'rows counted from 1',
    'embedding',
    'words',
    onX((b, x) => b.sub(x, 1)),
  ),
  passed('positions counted from 1', 'positionEmbedding', 'shorter than the table', (right) => (b, [x], all, mode) => {
    const table = all['positions/weights'];
    const moved = b.concatenate([b.slice(table, [{ start: 1 }]), b.slice(table, [{ end: 1 }])], 0);
    return right(b, [x], { ...all, 'positions/weights': moved }, mode);
  }),
  passed('waves in another order', 'sinusoidalPositions', '4 units', (right) => (b, [x], parameters, mode) => {
    const waves = b.sub(right(b, [x], parameters, mode), x);
    return b.add(x, b.slice(waves, [undefined, undefined, { step: -1 }]));
  }),
  passed('the running statistics in training', 'batchNorm', 'rows, training', (right) => (b, xs, parameters, mode) => {
    right(b, xs, parameters, mode);
    return right(b, xs, parameters, { ...mode, training: false });
  }),
  passed(
    'the statistics of the batch in prediction',
    'batchNorm',
    'sequences, prediction',
    (right) => (b, xs, parameters, mode) => right(b, xs, parameters, { ...mode, training: true, carry: () => {} }),
  ),
  passed('running statistics that stay', 'batchNorm', 'rows, training', (right) => (b, xs, parameters, mode) => {
    const carry = (name: string) => mode.carry(name, mode.carried[name]);
    return right(b, xs, parameters, { ...mode, carry });
  }),
  chosen('old and new statistics changed round', 'batchNorm', 'sequences, training', (options) => ({
    ...options,
    updateRate: 1 - Math.min(Number(options.updateRate ?? 0.1), 0.9),
  })),
  passed('a biased running variance', 'batchNorm', 'rows, training', (right) => (b, [x], parameters, mode) => {
    // Three rows.
    const carry = (name: string, next: Value) => {
      const moved = b.sub(next, b.mul(0.9, mode.carried[name]));
      mode.carry(name, name === 'variance' ? b.sub(next, b.mul(1 / 3, moved)) : next);
    };
    return right(b, [x], parameters, { ...mode, carry });
  }),
  passed('statistics without a gradient', 'layerNorm', 'rows', (right) => (b, [x], parameters, mode) => {
    const centered = b.sub(x, b.mean(x, [-1], true));
    const deviation = b.sqrt(b.add(b.mean(b.square(centered), [-1], true), 1e-5));
    return b.withDerivative(right(b, [x], parameters, mode), [[x, b.div(parameters.scale, deviation)]]);
  }),
  passed('an unbiased variance', 'layerNorm', 'rows', (right) => (b, xs, parameters, mode) => {
    // Five units.
    const y = right(b, xs, parameters, mode);
    return b.add(parameters.shift, b.mul(Math.sqrt(4 / 5), b.sub(y, parameters.shift)));
  }),
  passed(
    'a mean that is taken off',
    'rmsNorm',
    'rows',
    onX((b, x) => b.sub(x, b.mean(x, [-1], true))),
  ),
  chosen('one group in place of several', 'groupNorm', 'images', (options) => ({ ...options, groups: 1 })),
];
