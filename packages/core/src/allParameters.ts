import { checkObject } from './checkObject.js';
import type { Model } from './layers/sequential.js';
import type { Likelihood } from './likelihood.js';
import { likelihoodParameters } from './likelihoodParameters.js';
import type { ParameterSpecification } from './noise/noiseModel.js';

/**
 * Parameters of the model and of the likelihood by their full names, in one list. Throws `VARDROP_MODEL` if `model` is not a
 * model, and what `likelihoodParameters` throws.
 */
export function allParameters(model: Model, likelihood: Likelihood): readonly ParameterSpecification[] {
  checkObject('VARDROP_MODEL', '[parameters] model', model, 'apply', 'sequential()');
  const own = likelihoodParameters(likelihood, model.outputShape);
  return [...model.parameters, ...own.map((parameter) => ({ ...parameter, name: `likelihood/${parameter.name}` }))];
}
