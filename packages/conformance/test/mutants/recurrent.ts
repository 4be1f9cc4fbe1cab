import type { Estimator } from '@vardrop/core';
import { type BuiltLayer, defineLayer, type EstimatorContext } from '@vardrop/core/extend';
import type { Builder, Value } from '@vardrop/core/program';
import { coreModels } from '../../src/models.js';
import { built, model } from './model.js';
import type { Mutant } from './mutant.js';

type Options = Readonly<Record<string, unknown>>;
type Own = Readonly<Record<string, Value>>;
type Apply = BuiltLayer['apply'];

/** One kind of layer with another forward pass, which the case `property` has to find; all others are right. */
const passed = (defect: string, kind: string, property: string, change: (right: Apply) => Apply): Mutant =>
  model(
    defect,
    'layers',
    {
      layer: (name, options) => {
        const right = coreModels.layer(name, options);
        return name !== kind
          ? right
          : built(
              () => right,
              ({ apply }) => ({ apply: change(apply) }),
            )(options);
      },
    },
    `${kind}: ${property}`,
  );

/** One kind of layer with other options. */
const chosen = (defect: string, kind: string, property: string, options: Options): Mutant =>
  model(
    defect,
    'layers',
    { layer: (name, given) => coreModels.layer(name, name === kind ? { ...given, ...options } : given) },
    `${kind}: ${property}`,
  );

/** A GRU whose reset gate is at the other place, with parameters made from its own. */
const resetting = (defect: string, property: string, after: boolean, change: (b: Builder, own: Own) => Own): Mutant =>
  model(
    defect,
    'layers',
    {
      layer(name, options) {
        const right = coreModels.layer(name, options);
        if (name !== 'gru') return right;
        const other = coreModels.layer('gru', { ...options, resetAfter: after });
        return defineLayer({
          ...right,
          build(...given) {
            const wrong = other.build(...given);
            return {
              ...right.build(...given),
              apply: (b, inputs, own, mode) => wrong.apply(b, inputs, { ...own, ...change(b, own) }, mode),
            };
          },
        });
      },
    },
    `gru: ${property}`,
  );

/** The gates of parameters in another order. */
const gates =
  (order: readonly number[]) =>
  (right: Apply): Apply =>
  (b, inputs, own, mode) => {
    const moved = Object.entries(own).map(([name, value]) => {
      const axis = value.shape.length - 1;
      const units = Number(value.shape[axis]) / order.length;
      const before = new Array<undefined>(axis).fill(undefined);
      const parts = order.map((gate) => b.slice(value, [...before, { start: gate * units, end: (gate + 1) * units }]));
      return [name, b.concatenate(parts, axis)] as const;
    });
    return right(b, inputs, Object.fromEntries(moved), mode);
  };

/** Another mask, or other lengths. */
const extending =
  (change: (b: Builder, extent: Value) => Value) =>
  (right: Apply): Apply =>
  (b, [x, extent], own, mode) =>
    right(b, [x, change(b, extent)], own, mode);

const backwards =
  (right: Apply): Apply =>
  (b, inputs, own, mode) =>
    b.slice(right(b, inputs, own, mode), [undefined, { step: -1 }]);

/** Separate samples that are drawn again at each use of a map after the first. */
function drawnAgain(): Estimator {
  const right = coreModels.separate();
  const uses = new WeakMap<EstimatorContext['once'], number>();
  return {
    ...right,
    apply(context) {
      const use = (uses.get(context.once) ?? 0) + 1;
      uses.set(context.once, use);
      return right.apply({
        ...context,
        once: (_, build) => build(),
        draw: (distribution, name, shape) =>
          context.draw(distribution, use === 1 ? name : `${name} of step ${use}`, shape),
      });
    },
  };
}

const stepwise = (defect: string, property: string) => model(defect, 'layers', { separate: drawnAgain }, property);

/** Defects of recurrent layers. */
export const recurrentMutants: readonly Mutant[] = [
  passed('update and reset gates changed round', 'gru', 'the last state', gates([1, 0, 2])),
  passed('input and forget gates changed round', 'lstm', 'the last state', gates([1, 0, 2, 3])),
  passed('candidate and output gate changed round', 'lstm', 'returns sequence', gates([0, 1, 3, 2])),
  resetting('a reset gate before the product', 'bias False, returns sequence', false, (b, own) => {
    const weights = own['recurrent/weights'];
    const units = Number(weights.shape[0]);
    return {
      'recurrent/weights': b.slice(weights, [undefined, { end: 2 * units }]),
      'candidate/weights': b.slice(weights, [undefined, { start: 2 * units }]),
    };
  }),
  resetting('a reset gate after the product', 'resetAfter False', true, (b, own) => {
    const weights = b.concatenate([own['recurrent/weights'], own['candidate/weights']], 1);
    return { 'recurrent/weights': weights, 'recurrent/bias': b.broadcast(0, [weights.shape[1]]) };
  }),
  ...['simpleRnn', 'lstm', 'gru'].map((kind) =>
    passed(
      `${kind}: a mask that is not read`,
      kind,
      'mask',
      extending((b, mask) => b.add(1, b.mul(0, mask))),
    ),
  ),
  ...['simpleRnn', 'lstm', 'gru'].map((kind) =>
    passed(
      `${kind}: a step of padding that changes the state`,
      kind,
      'returns sequence, lengths',
      extending((b, lengths) => b.add(lengths, 1)),
    ),
  ),
  passed(
    'a mask whose 1 leaves a step out',
    'gru',
    'returns sequence, reverse True, mask',
    extending((b, mask) => b.sub(1, mask)),
  ),
  chosen('a sequence that is not read backwards', 'lstm', 'reverse True, lengths', { reverse: false }),
  passed('outputs in the order of their computation', 'simpleRnn', 'returns sequence, reverse True', backwards),
  passed('directions changed round', 'bidirectional', 'gru, concatenate, sequence, lengths', (right) => {
    const other = (name: string) =>
      name.replace(/^(forward|backward)/, (own) => (own === 'forward' ? 'backward' : 'forward'));
    return (b, inputs, own, mode) =>
      right(b, inputs, Object.fromEntries(Object.entries(own).map(([name]) => [name, own[other(name)]])), mode);
  }),
  stepwise('weights that are sampled anew at each step', 'gru: the last state, separate'),
  stepwise(
    'factors of the state that are drawn anew at each step',
    'lstm: the last state, factors on the inputs, separate',
  ),
];
