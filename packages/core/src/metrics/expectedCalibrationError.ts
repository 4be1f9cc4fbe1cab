import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkProbabilities } from '../prediction/checkProbabilities.js';

/** One bar of a reliability diagram: the rows whose confidence is in `(lower, upper]`. */
export interface CalibrationBin {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Share of the bin's rows whose label is right; 0 where `count` is 0. */
  readonly accuracy: number;
  /** Mean confidence of the bin's rows; 0 where `count` is 0. */
  readonly confidence: number;
}

/** Calibration error and its bins. */
export interface Calibration {
  readonly ece: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Expected calibration error `Σ (count/rows) |accuracy − confidence|` over bins of equal width (Guo, Pleiss, Sun & Weinberger
 * 2017, eq. 3); confidence is the greatest probability of a row of `probabilities` `[rows, classes]`. Default: 15 bins. Throws
 * `VARDROP_OPTION` unless `bins` is a positive integer and for unknown options, and what `checkProbabilities` throws.
 */
export function expectedCalibrationError(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { readonly classes: number; readonly bins?: number },
): Calibration {
  checkOptionNames('expectedCalibrationError', options, { classes: true, bins: true });
  const { classes, bins = 15 } = options;
  if (!Number.isInteger(bins) || bins < 1) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[expectedCalibrationError] bins: got ${formatValue(bins)}, needs a positive integer.`,
    );
  }
  checkProbabilities('expectedCalibrationError', probabilities, labels, classes);
  const counts = new Float64Array(bins);
  const right = new Float64Array(bins);
  const confidences = new Float64Array(bins);
  for (let row = 0; row < labels.length; row++) {
    let best = row * classes;
    for (let i = best + 1; i < (row + 1) * classes; i++) if (probabilities[i] > probabilities[best]) best = i;
    const confidence = probabilities[best];
    // Averages of float32 numbers may exceed 1 through rounding.
    const bin = Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1);
    counts[bin]++;
    confidences[bin] += confidence;
    if (best - row * classes === labels[row]) right[bin]++;
  }
  let ece = 0;
  const filled = Array.from(counts, (count, bin): CalibrationBin => {
    ece += Math.abs(right[bin] - confidences[bin]) / labels.length;
    return {
      lower: bin / bins,
      upper: (bin + 1) / bins,
      count,
      accuracy: count === 0 ? 0 : right[bin] / count,
      confidence: count === 0 ? 0 : confidences[bin] / count,
    };
  });
  return { ece, bins: filled };
}
