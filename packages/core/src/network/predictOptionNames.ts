import { predictOptionNames } from '../prediction/index.js';
import type { NetworkPredictOptions } from './network.js';

const { backend: _, parameters: __, inputs: ___, ...known } = predictOptionNames;

/** The names of the options of `Network.predict`. */
export const networkPredictOptionNames: Readonly<Record<keyof NetworkPredictOptions, true>> = {
  ...known,
  preprocessed: true,
};

/** What to write for options that a network has itself, and for names of other libraries. */
export const networkOptionsElsewhere = {
  backend:
    'The network has its own. For another one: createNetwork(network.model, { backend, parameters: network.parameters }).',
  parameters: 'The network has its own.',
  inputs: 'They come first: network.predict(inputs, options).',
  batchSize: 'Write batch.',
};
