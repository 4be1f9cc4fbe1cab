import { predictOptionNames } from '../prediction/index.js';
import type { NetworkPredictOptions } from './network.js';

/** The names of options but for those that a network has itself. */
export function withoutOwn<
  Names extends { readonly backend: true; readonly parameters: true; readonly posterior: true },
>(names: Names) {
  const { backend: _, parameters: __, posterior: ___, ...others } = names;
  return others;
}

const { inputs: _, ...ofPredict } = withoutOwn(predictOptionNames);

/** The names of the options of `Network.predict`. */
export const networkPredictOptionNames: Readonly<Record<keyof NetworkPredictOptions, true>> = {
  ...ofPredict,
  preprocessed: true,
};

/** What to write for options that a network has itself, and for names of other libraries. */
export const networkOptionsElsewhere = {
  backend:
    'The network has its own. For another one: createNetwork(network.model, { backend, parameters: network.parameters }).',
  parameters: 'The network has its own.',
  posterior: 'The network has its own.',
  inputs: 'They come first: network.predict(inputs, options).',
  data: 'They come first: network.evaluate(data, options).',
  batchSize: 'Write batch.',
};
