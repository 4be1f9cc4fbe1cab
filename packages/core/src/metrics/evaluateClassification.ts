import { checkOptionNames } from '../checkOptionNames.js';
import { checkKind } from '../prediction/checkKind.js';
import { checkLabels } from '../prediction/checkLabels.js';
import type { ClassificationPrediction } from '../prediction/prediction.js';
import { brierScore } from './brierScore.js';
import { type CalibrationBin, type CalibrationOptions, calibrationOptions } from './calibration.js';
import { errorRate } from './errorRate.js';
import { expectedCalibrationError } from './expectedCalibrationError.js';
import { negativeLogLikelihood } from './negativeLogLikelihood.js';

/** How good a classifier's predictions are. */
export interface ClassificationMetrics {
  /** Share of wrong labels, in [0, 1]. */
  readonly error: number;
  /** Mean negative log likelihood, nats per row. */
  readonly nll: number;
  /** Brier score summed over classes, in [0, 2]. */
  readonly brier: number;
  /** Expected calibration error, in [0, 1]. */
  readonly ece: number;
  /** The bins of `ece`, a reliability diagram. */
  readonly reliability: readonly CalibrationBin[];
}

/**
 * Every metric of a prediction against integer labels. Throws what `expectedCalibrationError` throws, `VARDROP_LIKELIHOOD` for
 * another kind of prediction, `VARDROP_OPTION` for unknown options.
 */
export function evaluateClassification(
  prediction: ClassificationPrediction,
  labels: ArrayLike<number>,
  options: CalibrationOptions = {},
): ClassificationMetrics {
  checkKind('evaluateClassification', prediction, 'classification', 'evaluateRegression');
  checkOptionNames('evaluateClassification', options, calibrationOptions);
  const { weights } = options;
  const { probabilities, classes, rows } = prediction;
  checkLabels('[evaluateClassification] labels', labels, rows, classes);
  const { ece, bins } = expectedCalibrationError(probabilities, labels, { ...options, classes });
  return {
    error: errorRate(prediction.labels, labels, { weights }),
    nll: negativeLogLikelihood(probabilities, labels, { classes, weights }),
    brier: brierScore(probabilities, labels, { classes, weights }),
    ece,
    reliability: bins,
  };
}
