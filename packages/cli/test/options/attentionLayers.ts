import type { Layer } from '@vardrop/core';
import { core } from './coreExports.js';
import type { Entry } from './entry.js';

/** A layer is built, since what it takes from the model is known only then. */
const built = (layer: Layer, input: readonly number[]) => core.sequential({ input, layers: [layer] });
/** What options are added to, where there are any. */
const merged = (base: object, options: object) => ({ ...base, ...options }) as never;

const table = {
  name: 'string',
  initializer: 'other',
  noise: 'other',
  estimator: 'other',
  divergence: 'null',
  sharedNoise: 'other',
} as const;
const norm = { name: 'string', epsilon: 'number', scale: 'boolean', shift: 'boolean' } as const;

/** Embeddings, attention and normalizations, and their options, by the name of the function. */
export const attentionLayers: Readonly<Record<string, Entry>> = {
  batchNorm: { call: core.batchNorm, options: { ...norm, updateRate: 'number' } },
  embedding: {
    call: (options) => built(core.embedding(merged({ rows: 3, units: 2 }, options)), [4]),
    options: { rows: 'other', units: 'other', ...table },
  },
  groupNorm: {
    call: (options) => core.groupNorm(merged({ groups: 2 }, options)),
    options: { groups: 'other', ...norm },
  },
  layerNorm: { call: core.layerNorm, options: norm },
  multiHeadAttention: {
    call: (options) => built(core.multiHeadAttention(merged({ heads: 2 }, options)), [4, 2]),
    options: {
      heads: 'other',
      size: 'other',
      units: 'other',
      causal: 'boolean',
      mask: 'boolean',
      bias: 'boolean',
      ...table,
    },
  },
  positionEmbedding: {
    call: (options) => built(core.positionEmbedding(merged({ length: 4 }, options)), [4, 2]),
    options: { length: 'other', ...table },
  },
  rmsNorm: { call: core.rmsNorm, options: { name: 'string', epsilon: 'number', scale: 'boolean' } },
  sinusoidalPositions: { call: core.sinusoidalPositions, options: { name: 'string' } },
};
