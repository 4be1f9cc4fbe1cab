import { carriedTensors } from './carriedTensors.js';
import { checkObject } from './checkObject.js';
import type { Model } from './layers/model/model.js';
import { headsOf } from './likelihoods/heads.js';
import { likelihoodParameters } from './likelihoods/likelihoodParameters.js';
import type { ParameterSpecification } from './noise/noiseModel.js';

/**
 * Parameters of the model and of its likelihoods by their full names, in one list: `dense1/weights`, `likelihood/logVariance`, and
 * with several outputs `likelihood/<output>/logVariance`. Throws `VARDROP_MODEL` if `model` is not a model, and what `headsOf` and
 * `likelihoodParameters` throw.
 */
export function allParameters(model: Model): readonly ParameterSpecification[] {
  checkObject('VARDROP_MODEL', '[parameters] model', model, 'apply', 'sequential()');
  const own = headsOf('parameters', model).flatMap(({ output, likelihood, prefix }) =>
    likelihoodParameters(likelihood, output.shape).map((parameter) => ({
      ...parameter,
      name: `likelihood/${prefix}${parameter.name}`,
    })),
  );
  return [...model.parameters, ...own];
}

/** The same, followed by what the model carries beside its parameters: all that a prediction reads. */
export function allTensors(model: Model): readonly (ParameterSpecification & { readonly remedy?: string })[] {
  return [...allParameters(model), ...carriedTensors(model)];
}
