import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { checkInterval } from './checkInterval.js';
import { meanOverValues } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/** Options of `intervalScore`. */
export interface IntervalScoreOptions extends RowWeights {
  /** The probability that the intervals claim, in (0, 1). Default: 0.95. */
  readonly coverage?: number;
}

/**
 * Mean of `width + 2/(1 − coverage) · distance` of intervals to targets outside of them, in the targets' units (Gneiting & Raftery 2007, eq.
 * 43): the smaller, the better. It is least for the central interval of the true distribution. The arrays have one shape. Throws what
 * `intervalCoverage` throws, and `VARDROP_OPTION` for a coverage outside (0, 1).
 */
export function intervalScore(
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
  targets: ArrayLike<number>,
  options: IntervalScoreOptions = {},
): number {
  checkOptionNames('intervalScore', options, { coverage: true, weights: true });
  const { coverage = 0.95, weights } = options;
  if (!(typeof coverage === 'number' && coverage > 0 && coverage < 1)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[intervalScore] coverage: got ${formatValue(coverage)}, needs a number above 0 and below 1.`,
    );
  }
  checkInterval('intervalScore', lower, upper);
  checkTargets('[intervalScore] targets', targets, lower.length, 1);
  const factor = 2 / (1 - coverage);
  return meanOverValues('intervalScore', targets.length, weights, (i) => {
    const outside = Math.max(0, lower[i] - targets[i], targets[i] - upper[i]);
    return upper[i] - lower[i] + factor * outside;
  });
}
