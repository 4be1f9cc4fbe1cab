import { checkObject } from '../checkObject.js';
import { checkParameters } from '../checkParameters.js';
import { formatValue } from '../formatValue.js';
import type { ParameterSpecification } from '../noise/noiseModel.js';
import type { Likelihood } from './likelihood.js';

/**
 * The parameters of a likelihood for outputs of the given shape. Throws what the likelihood throws for outputs that do not fit,
 * and `VARDROP_LIKELIHOOD` if it has no `parameters` or lists some that `checkParameters` refuses.
 */
export function likelihoodParameters(
  likelihood: Likelihood,
  outputShape: readonly number[],
): readonly ParameterSpecification[] {
  checkObject('VARDROP_LIKELIHOOD', '[likelihood] parameters', likelihood, 'parameters', 'categorical()');
  const who = `likelihood ${formatValue(likelihood.name)}`;
  return checkParameters('VARDROP_LIKELIHOOD', who, likelihood.parameters(outputShape));
}
