import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { withRecipe } from '../recipe.js';
import type { Likelihood } from './likelihood.js';
import { logSoftmax } from './logSoftmax.js';
import { sumOfRow } from './sumOfRow.js';
import { temperedLogits } from './temperedLogits.js';

/** Options of `categorical`. */
export interface CategoricalOptions {
  /**
   * Training takes targets `(1 − s) t + s / classes` in place of `t` (Szegedy et al. 2016, section 7). The likelihood itself, and
   * all that is reported, stays that of `t`. From 0 to below 1. Default: 0.
   */
  readonly labelSmoothing?: number;
  /**
   * Outputs are divided by it before softmax: above 1 predictions are less sure, below 1 surer. `temperatureScaling` finds it after
   * training (Guo et al. 2017). Default: 1.
   */
  readonly temperature?: number;
}

/**
 * Softmax classification: outputs `[batch, classes]` are logits. Targets are labels `[rows]` (integers), or probabilities
 * `[rows, classes]`. Throws `VARDROP_LIKELIHOOD` for a smoothing outside [0, 1) and a temperature that is not positive, `VARDROP_OPTION` for unknown options.
 */
export function categorical(options: CategoricalOptions = {}): Likelihood<'labels'> {
  checkOptionNames('categorical', options, { labelSmoothing: true, temperature: true });
  const { labelSmoothing = 0, temperature } = options;
  const logits = temperedLogits('categorical', temperature);
  if (!(typeof labelSmoothing === 'number' && labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[categorical] labelSmoothing: got ${formatValue(labelSmoothing)}, needs a number from 0 to below 1, such as 0.1.`,
    );
  }
  const negativeLogLikelihood: Likelihood['negativeLogLikelihood'] = (b, output, target) =>
    b.neg(sumOfRow(b, b.mul(target, logSoftmax(b, logits(b, output)))));
  return withRecipe('categorical', options, {
    name: 'categorical',
    targets: 'labels',
    targetShape(outputShape) {
      if (outputShape.length !== 1 || outputShape[0] < 2) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[categorical] outputs: got [batch, ${outputShape.join(', ')}], needs [batch, classes] with at least 2 classes. End the model with dense({ units: classes }), after flatten() where there are more axes, or give the model another likelihood.`,
        );
      }
      return outputShape;
    },
    parameters: () => [],
    negativeLogLikelihood,
    ...(labelSmoothing > 0 && {
      trainingLoss: ((b, output, target, parameters) => {
        const smoothed = b.add(b.mul(target, 1 - labelSmoothing), labelSmoothing / (output.shape[1] as number));
        return negativeLogLikelihood(b, output, smoothed, parameters);
      }) satisfies Likelihood['trainingLoss'],
    }),
    predictive: (b, output) => ({ kind: 'classes', logProbabilities: logSoftmax(b, logits(b, output)) }),
  });
}
