import { allParameters } from '../allParameters.js';
import { VardropError } from '../errors.js';
import type { Model } from '../layers/model/model.js';
import type { ParameterSpecification } from '../noise/noiseModel.js';

/** Which parameters are trained, by full name: `(name) => !name.startsWith('dense1/')`. */
export type Trainable = (name: string) => boolean;

/** The parameters of a model and its likelihoods, those that are trained apart from the others. */
export interface SplitParameters {
  readonly trained: readonly ParameterSpecification[];
  readonly fixed: readonly ParameterSpecification[];
}

/** Splits the parameters; without `trainable` all are trained. Throws `VARDROP_OPTION` if none is. */
export function splitParameters(model: Model, trainable: Trainable | undefined): SplitParameters {
  const all = allParameters(model);
  if (trainable === undefined) return { trained: all, fixed: [] };
  const trained = all.filter(({ name }) => trainable(name));
  if (trained.length === 0 && all.length > 0) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[fit] trainable: got false for all of ${all.map(({ name }) => name).join(', ')}, needs true for at least one.`,
    );
  }
  return { trained, fixed: all.filter((parameter) => !trained.includes(parameter)) };
}
