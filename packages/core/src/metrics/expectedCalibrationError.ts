import { checkOptionNames } from '../checkOptionNames.js';
import { checkProbabilities } from '../prediction/checkProbabilities.js';
import { type Calibration, type CalibrationOptions, calibration, calibrationOptions } from './calibration.js';

/**
 * Expected calibration error `Σ (count/rows) |accuracy − confidence|` over bins of equal width (Guo, Pleiss, Sun & Weinberger
 * 2017, eq. 3) or of equal mass (Nguyen & O'Connor 2015), and the bins; confidence is the greatest probability of a row of
 * `probabilities` `[rows, classes]`. Throws `VARDROP_OPTION` for options of other names or values, and what
 * `checkProbabilities` and `checkWeights` throw.
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { readonly classes: number } & CalibrationOptions,
): Calibration {
  checkOptionNames('expectedCalibrationError', options, { classes: true, ...calibrationOptions });
  const { classes } = options;
  checkProbabilities('expectedCalibrationError', probabilities, labels, classes);
  const confidences = new Float64Array(labels.length);
  const right = new Uint8Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    let best = row * classes;
    for (let i = best + 1; i < (row + 1) * classes; i++) if (probabilities[i] > probabilities[best]) best = i;
    confidences[row] = probabilities[best];
    if (best - row * classes === labels[row]) right[row] = 1;
  }
  return calibration('expectedCalibrationError', confidences, right, options);
}
