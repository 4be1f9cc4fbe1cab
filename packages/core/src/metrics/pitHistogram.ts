import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { meanOverValues } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/** One bar of a histogram of probability integral transforms: those in `[lower, upper)`, in the last bar with 1. */
export interface PitBin {
  readonly lower: number;
  readonly upper: number;
  /** Share of the targets, in [0, 1]; 1 over the number of bins where predictions are right. */
  readonly share: number;
}

/** Options of `pitHistogram`. */
export interface PitOptions extends RowWeights {
  /** Number of bins of equal width. Default: 10. */
  readonly bins?: number;
  /**
   * For counts: the predicted probability of less than the target, `F(target − 1)`, for each target. The mass of a target is
   * then spread evenly from there to `F(target)`. That is the mean of the randomised transform, so nothing has to be drawn
   * (Czado, Gneiting & Held 2009, sec. 2.1). For the mid-point transform pass `(F(target − 1) + F(target))/2` as
   * `probabilities` instead.
   */
  readonly below?: ArrayLike<number>;
}

/**
 * Histogram of probability integral transforms `F(target)`, with F the predicted cumulative distribution function (Dawid 1984).
 * It is flat where predictions are right; high in the middle where they are too wide, high at both ends where too narrow.
 *
 * @param probabilities `F(target)` for each target, of any shape
 * @throws VARDROP_OPTION for unknown options, or unless `bins` is a positive integer; what `checkTargets` throws for either array;
 * VARDROP_PROBABILITY unless `0 ≤ below ≤ probabilities ≤ 1`; what `checkWeights` throws
 */
export function pitHistogram(probabilities: ArrayLike<number>, options: PitOptions = {}): readonly PitBin[] {
  checkOptionNames('pitHistogram', options, { bins: true, below: true, weights: true });
  const { bins = 10, below, weights } = options;
  if (!Number.isInteger(bins) || bins < 1) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[pitHistogram] bins: got ${formatValue(bins)}, needs a positive integer.`,
    );
  }
  checkTargets('[pitHistogram] probabilities', probabilities, probabilities?.length, 1);
  if (below !== undefined) checkTargets('[pitHistogram] below', below, probabilities.length, 1);
  for (let i = 0; i < probabilities.length; i++) {
    const lowest = below === undefined ? 0 : below[i];
    if (lowest >= 0 && lowest <= probabilities[i] && probabilities[i] <= 1) continue;
    const got = below === undefined ? `${probabilities[i]}` : `${below[i]} to ${probabilities[i]}`;
    throw new VardropError(
      'VARDROP_PROBABILITY',
      `[pitHistogram] probabilities: got ${got} at ${i}, needs probabilities from 0 to 1, in order. Pass values of the cumulative distribution function.`,
    );
  }
  return Array.from({ length: bins }, (_, bin): PitBin => {
    const lower = bin / bins;
    const upper = (bin + 1) / bins;
    const share = meanOverValues('pitHistogram', probabilities.length, weights, (i) =>
      shareOf(bin, bins, below === undefined ? probabilities[i] : below[i], probabilities[i]),
    );
    return { lower, upper, share };
  });
}

/** The share of the mass, spread evenly over `[from, to]`, that is in a bin. */
function shareOf(bin: number, bins: number, from: number, to: number): number {
  if (from === to) return Math.min(Math.floor(to * bins), bins - 1) === bin ? 1 : 0;
  const inside = Math.min(to, (bin + 1) / bins) - Math.max(from, bin / bins);
  return Math.max(inside, 0) / (to - from);
}
