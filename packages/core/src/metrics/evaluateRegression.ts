import { checkKind } from '../prediction/checkKind.js';
import { checkTargets } from '../prediction/checkTargets.js';
import type { RegressionPrediction } from '../prediction/prediction.js';
import { gaussianNegativeLogLikelihood } from './gaussianNegativeLogLikelihood.js';
import { rootMeanSquaredError } from './rootMeanSquaredError.js';

/** How good a regression's predictions are. */
export interface RegressionMetrics {
  /** Root mean squared error, in the targets' units. */
  readonly rmse: number;
  /** Mean Gaussian negative log likelihood, nats per row. */
  readonly nll: number;
}

/**
 * Every metric of a prediction against targets `[rows, outputs]`. Throws what `checkTargets` throws, `VARDROP_LIKELIHOOD` for
 * another kind of prediction.
 */
export function evaluateRegression(prediction: RegressionPrediction, targets: ArrayLike<number>): RegressionMetrics {
  checkKind('evaluateRegression', prediction, 'regression', 'evaluateClassification');
  // Checked here, so that the error names the row and column of a bad target.
  checkTargets('[evaluateRegression] targets', targets, prediction.rows, prediction.outputs);
  return {
    rmse: rootMeanSquaredError(prediction.mean, targets),
    nll: gaussianNegativeLogLikelihood(prediction, targets),
  };
}
