import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { rocCurve } from './rocCurve.js';
import type { RowWeights } from './rowWeights.js';

/** Options of `falsePositiveRate`. */
export interface FalsePositiveRateOptions extends RowWeights {
  /** The least share of positive rows that has to be found, above 0, at most 1. Default: 0.95. */
  readonly truePositiveRate?: number;
}

/**
 * The least share of negative rows that is called positive where at least 95 % of the positive rows are found (FPR at 95 % TPR): how
 * many rows like the training data an alarm that finds 95 % of the foreign ones rings for. Throws what `areaUnderRocCurve` throws, and
 * `VARDROP_OPTION` for another rate than one above 0, at most 1.
 */
export function falsePositiveRate(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: FalsePositiveRateOptions = {},
): number {
  checkOptionNames('falsePositiveRate', options, { truePositiveRate: true, weights: true });
  const { truePositiveRate: wanted = 0.95, weights } = options;
  if (!(typeof wanted === 'number' && wanted > 0 && wanted <= 1)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[falsePositiveRate] truePositiveRate: got ${formatValue(wanted)}, needs a number above 0, at most 1.`,
    );
  }
  // Sums of weights may miss the rate by a rounding.
  const point = rocCurve(scores, labels, { weights }).find((each) => each.truePositiveRate >= wanted - 1e-12);
  return point?.falsePositiveRate ?? 1;
}
