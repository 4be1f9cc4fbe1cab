import type { Model } from '@vardrop/core';
import type { BuiltLayer } from '@vardrop/core/extend';
import type { Builder, Value } from '@vardrop/core/program';
import { coreModels, type Models } from '../../src/models.js';
import { built, model } from './model.js';
import type { Mutant } from './mutant.js';

type Options = Readonly<Record<string, unknown>>;

/** Layers of one kind with other options where they have those of `where`. */
const chosen = (defect: string, kind: string, property: string, options: Options, where: Options): Mutant =>
  model(
    defect,
    'layers',
    {
      layer: (name, given) => {
        const own = given as Options;
        const isMeant = name === kind && Object.entries(where).every(([key, value]) => own[key] === value);
        return coreModels.layer(name, isMeant ? { ...own, ...options } : own);
      },
    },
    property,
  );

/** Embeddings whose noise is that of the first rows, one for each place. */
const byPosition = (
  defect: string,
  property: string,
  read: (b: Builder, rows: Value, draw: NonNullable<Parameters<BuiltLayer['apply']>[3]['draw']>) => Value,
) =>
  model(
    defect,
    'layers',
    {
      layer: (name, options) => {
        const right = coreModels.layer(name, options);
        if (name !== 'embedding') return right;
        return built(
          () => right,
          ({ apply }) => ({
            apply(b, inputs, own, mode) {
              const rows = apply(b, inputs, own, { ...mode, draw: undefined });
              return mode.draw ? read(b, rows, mode.draw) : rows;
            },
          }),
        )(options);
      },
    },
    `embedding: words, ${property}`,
  );

/** Seven rows of three units, of which a datapoint reads four. */
const [tableRows, places, units] = [7, 4, 3];

/** The objective of a model whose parts' KL is counted otherwise. */
const counted =
  (divergencesOf: (network: Model) => Model['divergences']): Models['sgvb'] =>
  (b, network, ...rest) =>
    coreModels.sgvb(b, { ...network, divergences: divergencesOf(network) }, ...rest);

const ownedBy =
  (layer: string) =>
  ({ layer: part }: { readonly layer: string }) =>
    part === layer || part.startsWith(`${layer}/`);

/** Attention under a mask of its own in place of the causal one. */
const attending = (defect: string, attends: (query: number, key: number) => boolean): Mutant =>
  model(
    defect,
    'layers',
    {
      layer: (name, options) => {
        const right = coreModels.layer(name, options);
        if (name !== 'multiHeadAttention' || !(options as Options).causal) return right;
        const masked = coreModels.layer(name, { ...options, causal: false, mask: true });
        return built(
          () => right,
          ({ inputShapes, outputShape, name: own }) => {
            const [queries, keys] = [outputShape[0], inputShapes[inputShapes.length - 1][0]];
            const wrong = masked.build(own, [...inputShapes, [queries, keys]], {
              noise: coreModels.none(),
              estimator: undefined,
              divergence: undefined,
            });
            const mask = Array.from({ length: queries * keys }, (_, i) =>
              Number(attends(Math.floor(i / keys), i % keys)),
            );
            return {
              apply: (b, inputs, parameters, mode) =>
                wrong.apply(
                  b,
                  [...inputs, b.broadcast(b.constant(mask, [1, queries, keys]), ['batch', queries, keys])],
                  parameters,
                  mode,
                ),
            };
          },
        )(options);
      },
    },
    'multiHeadAttention: causal',
  );

const statistics = (defect: string, property: string, change: (b: Builder, x: Value) => Value): Mutant =>
  model(
    defect,
    'layers',
    {
      layer: (name, options) => {
        const right = coreModels.layer(name, options);
        if (name !== 'batchNorm') return right;
        return built(
          () => right,
          ({ apply }) => ({
            apply(b, [x], own, mode) {
              apply(b, [change(b, x)], own, mode);
              return apply(b, [x], own, { ...mode, carry: () => {} });
            },
          }),
        )(options);
      },
    },
    `batchNorm: ${property}`,
  );

/** Noise, KL and weights that places, uses and parts share by too much or too little. */
export const sharingMutants: readonly Mutant[] = [
  chosen(
    'noise that a layer used twice draws anew',
    'dense',
    'dense used twice, gaussian-b, separate, noise once',
    { sharedNoise: 'anew' },
    { sharedNoise: 'once' },
  ),
  chosen(
    'noise that a recurrent layer used twice draws once',
    'gru',
    'gru used twice, gaussian-a, separate, noise anew',
    { sharedNoise: 'once' },
    { sharedNoise: 'anew' },
  ),
  byPosition('factors for each place in place of each word', 'factors on the inputs, separate', (b, rows, draw) => {
    const drawn = b.slice(draw('normal', 'scale', ['batch', tableRows]), [undefined, { end: places }]);
    return b.mul(rows, b.add(1, b.reshape(drawn, ['batch', places, 1])));
  }),
  byPosition('noise of weights for each place in place of each word', 'separate', (b, rows, draw) => {
    const drawn = draw('normal', 'weights', ['batch', tableRows, units]);
    return b.mul(rows, b.add(1, b.slice(drawn, [undefined, { end: places }])));
  }),
  chosen(
    'dilations that are left out',
    'conv2d',
    'conv2d: (3, 3), strides (1, 1), same, dilations (1, 2), groups 1',
    { dilations: 1 },
    {},
  ),
  chosen(
    'dilations of a causal convolution that are left out',
    'conv1d',
    'conv1d: 3, stride 1, causal, dilation 2, groups 1',
    { dilations: 1 },
    {},
  ),
  attending('causal attention that sees the next step', (query, key) => key <= query + 1),
  attending('causal attention that does not see its own step', (query, key) => key < query),
  model(
    'scores without 1/√d',
    'layers',
    {
      layer: (name, options) => {
        const right = coreModels.layer(name, options);
        if (name !== 'multiHeadAttention') return right;
        return built(
          () => right,
          ({ apply }) => ({
            apply(b, inputs, own, mode) {
              // Heads of two units.
              const larger = (part: string) => ({ [part]: b.mul(Math.SQRT2, own[part]) });
              return apply(b, inputs, { ...own, ...larger('query/weights'), ...larger('query/bias') }, mode);
            },
          }),
        )(options);
      },
    },
    'multiHeadAttention: to itself',
  ),
  statistics('running statistics of another batch', 'rows, training', (b, x) => b.mul(0.5, x)),
  statistics('running statistics of the first step', 'sequences, training', (b, x) =>
    b.slice(x, [undefined, { end: 1 }]),
  ),
  model(
    'the KL of a layer counted at each use',
    'sgvb',
    {
      sgvb: counted(
        (network) => (b, values) =>
          network.calls.flatMap(({ layer }) => network.divergences(b, values).filter(ownedBy(layer.name))),
      ),
    },
    'KL of a layer used twice, rho',
  ),
  model(
    'the KL of the first part of each layer only',
    'sgvb',
    {
      sgvb: counted(
        (network) => (b, values) =>
          network.layers.flatMap(({ name }) => network.divergences(b, values).filter(ownedBy(name)).slice(0, 1)),
      ),
    },
    'KL of attention, logVariance',
  ),
];
