import { checkOptionNames } from '../checkOptionNames.js';
import { normal } from '../distributions/normal.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder, Value } from '../program/builder.js';
import { withRecipe } from '../recipe.js';
import type { Likelihood, LikelihoodValues } from './likelihood.js';
import { checkMissing, type Missing, sumOfPresent } from './missing.js';
import { createSpread, type SpreadSource } from './spread.js';
import { sumOfRow } from './sumOfRow.js';

/** Options of `gaussian`. */
export interface GaussianOptions {
  /**
   * Variance of the targets around the mean. `learned` (default): one for each output. `output`: the network gives it for each row;
   * the second half of the outputs' last axis is log σ². A number, or one for each output: it is known.
   */
  readonly variance?: SpreadSource;
  /** Where a learned log σ² starts. Default: 0. */
  readonly logVariance?: number;
  /**
   * With `variance: 'output'`: the loss of a target is weighted by σ^{2β}, without a gradient through the weight, so that rows with
   * a large variance are fitted too (Seitzer et al. 2022, eq. 5). From 0, the likelihood itself, to 1; they advise 0.5. Default: 0.
   */
  readonly beta?: number;
  /** Missing targets (NaN) are refused, or left out of the sum. Default: `refuse`. */
  readonly missing?: Missing;
}

/**
 * Regression with Gaussian noise. Outputs `[batch, …]` are means, or for `variance: 'output'` means and log variances side by side
 * on the last axis. Throws `VARDROP_VARIANCE` for a variance or log variance that is none, `VARDROP_LIKELIHOOD` for a β outside
 * [0, 1] or without variances of the network, `VARDROP_OPTION` for unknown options.
 */
export function gaussian(options: GaussianOptions = {}): Likelihood<'values'> {
  checkOptionNames('gaussian', options, { variance: true, logVariance: true, beta: true, missing: true });
  const { variance = 'learned', logVariance = 0, beta = 0, missing } = options;
  const spread = createSpread('gaussian', {
    option: 'variance',
    parameter: 'logVariance',
    source: variance,
    initial: logVariance,
  });
  if (!(typeof beta === 'number' && beta >= 0 && beta <= 1) || (beta > 0 && variance !== 'output')) {
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[gaussian] beta: got ${formatValue(beta)} with variance: ${formatValue(variance)}, needs a number from 0 to 1, and above 0 only with variance: 'output'.`,
    );
  }
  checkMissing('gaussian', missing);

  function loss(b: Builder, output: Value, target: Value, parameters: LikelihoodValues, weight: number): Value {
    const { location, logSpread } = spread.of(b, output, parameters);
    const terms = (known: Value) => {
      const square = b.square(b.sub(known, location));
      const both = b.add(b.mul(square, b.exp(b.neg(logSpread))), b.add(logSpread, Math.log(2 * Math.PI)));
      return weight === 0 ? both : b.mul(b.stopGradient(b.exp(b.mul(weight, logSpread))), both);
    };
    return b.mul(
      0.5,
      sumOfPresent(b, missing, target, terms, (all) => sumOfRow(b, all)),
    );
  }

  return withRecipe('gaussian', options, {
    name: 'gaussian',
    targets: 'values',
    targetShape: spread.targetShape,
    parameters: spread.parameters,
    negativeLogLikelihood: (b, output, target, parameters) => loss(b, output, target, parameters, 0),
    ...(beta > 0 && {
      trainingLoss: ((b, output, target, parameters) =>
        loss(b, output, target, parameters, beta)) satisfies Likelihood['trainingLoss'],
    }),
    predictive(b, output, parameters) {
      const { location, logSpread } = spread.of(b, output, parameters);
      const variances = b.exp(logSpread);
      return {
        kind: 'values',
        mean: location,
        variance: variances,
        parameters: { mean: location, deviation: b.sqrt(variances) },
      };
    },
    distribution: normal,
    ...(missing === 'skip' && { missing }),
  } satisfies Likelihood<'values'>);
}
