import { checkObject } from './checkObject.js';
import { checkParameters } from './checkParameters.js';
import { formatValue } from './formatValue.js';
import type { Likelihood } from './likelihood.js';
import type { ParameterSpecification } from './noise/noiseModel.js';

/**
 * What a likelihood learns, for outputs of a shape, by its own names. Throws what the likelihood throws for outputs that do
 * not fit, and `VARDROP_LIKELIHOOD` for a list that `checkParameters` refuses, or no `parameters` at all.
 */
export function likelihoodParameters(
  likelihood: Likelihood,
  outputShape: readonly number[],
): readonly ParameterSpecification[] {
  checkObject('VARDROP_LIKELIHOOD', '[likelihood] parameters', likelihood, 'parameters', 'categorical()');
  const who = `likelihood ${formatValue(likelihood.name)}`;
  return checkParameters('VARDROP_LIKELIHOOD', who, likelihood.parameters(outputShape));
}
