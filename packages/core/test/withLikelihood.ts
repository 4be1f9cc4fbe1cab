import { type Likelihoods, type Model, model } from '../src/index.js';

/** The same network, whose outputs mean something else. */
export function withLikelihood<Given extends Likelihoods>(made: Model, likelihood: Given): Model<Given> {
  return model({ ...made.options, likelihood });
}
