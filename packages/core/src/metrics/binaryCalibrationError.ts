import { checkOptionNames } from '../checkOptionNames.js';
import { type Calibration, type CalibrationOptions, calibration, calibrationOptions } from './calibration.js';
import { checkBinary } from './checkBinary.js';

/**
 * Calibration error of the probabilities of yes `[rows]` against labels 0 and 1: `Σ (count/rows) |share of ones − mean
 * probability|` over bins of these probabilities, and the bins. `expectedCalibrationError` bins the probability of the more
 * probable label instead. Throws `VARDROP_OPTION` for options of other names or values, `VARDROP_TYPE`, `VARDROP_EMPTY`,
 * `VARDROP_SHAPE`, `VARDROP_NON_FINITE` and `VARDROP_LABEL` for other probabilities and labels, and what `checkWeights` throws.
 */
export function binaryCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: CalibrationOptions = {},
): Calibration {
  checkOptionNames('binaryCalibrationError', options, calibrationOptions);
  checkBinary('binaryCalibrationError', 'probabilities', probabilities, labels);
  return calibration('binaryCalibrationError', probabilities, labels, options);
}
