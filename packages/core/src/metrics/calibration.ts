import { checkChoice } from '../checkChoice.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkWeights } from '../prediction/checkWeights.js';
import type { RowWeights } from './rowWeights.js';
import { type TiedGroup, tiedGroups } from './tiedGroups.js';

/** One bar of a reliability diagram: the rows whose confidence is in `(lower, upper]`. */
export interface CalibrationBin {
  readonly lower: number;
  readonly upper: number;
  /** Number of the bin's rows, or the sum of their weights. A bin of equal mass may hold a part of a row. */
  readonly count: number;
  /** Share of the bin's rows whose label is right (of binary labels: is 1); 0 where `count` is 0. */
  readonly accuracy: number;
  /** Mean confidence of the bin's rows; 0 where `count` is 0. */
  readonly confidence: number;
}

/** Calibration error and its bins. */
export interface Calibration {
  readonly ece: number;
  readonly bins: readonly CalibrationBin[];
}

/** Bins of a calibration error. */
export interface CalibrationOptions extends RowWeights {
  /** Number of bins. Default: 15. */
  readonly bins?: number;
  /**
   * `'equalWidth'`: bins of `[0, 1]` that are equally wide. `'equalMass'`: bins from one quantile of the confidences to the
   * next, so that each holds as many rows. Rows of one confidence are not told apart: where they belong to several bins, each
   * bin gets its share of them. So the order of the rows does not matter. Default: `'equalWidth'`.
   */
  readonly binning?: 'equalWidth' | 'equalMass';
}

/** The names of `CalibrationOptions`. */
export const calibrationOptions = { bins: true, binning: true, weights: true } as const;

/** Sums over the rows of a bin. */
interface Sums {
  lower: number;
  upper: number;
  count: number;
  hits: number;
  confidence: number;
}

/**
 * `Σ (count/rows) |accuracy − confidence|` over bins of the confidences. Throws `VARDROP_OPTION` for options of other values,
 * and what `checkWeights` throws.
 */
export function calibration(
  who: string,
  confidences: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  { bins = 15, binning = 'equalWidth', weights }: CalibrationOptions,
): Calibration {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new VardropError('VARDROP_OPTION', `[${who}] bins: got ${formatValue(bins)}, needs a positive integer.`);
  }
  checkChoice('VARDROP_OPTION', `[${who}] binning`, binning, ['equalWidth', 'equalMass']);
  if (weights !== undefined) checkWeights(`[${who}] weights`, weights, confidences.length);
  const sums =
    binning === 'equalWidth'
      ? equalWidth(confidences, outcomes, weights, bins)
      : equalMass(tiedGroups(confidences, outcomes, weights), bins);
  const total = sums.reduce((sum, { count }) => sum + count, 0);
  return {
    ece: sums.reduce((sum, { hits, confidence }) => sum + Math.abs(hits - confidence), 0) / total,
    bins: sums.map(({ lower, upper, count, hits, confidence }) => ({
      lower,
      upper,
      count,
      accuracy: count === 0 ? 0 : hits / count,
      confidence: count === 0 ? 0 : confidence / count,
    })),
  };
}

function emptyBin(lower: number, upper: number): Sums {
  return { lower, upper, count: 0, hits: 0, confidence: 0 };
}

function equalWidth(
  confidences: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  bins: number,
): readonly Sums[] {
  const sums = Array.from({ length: bins }, (_, bin) => emptyBin(bin / bins, (bin + 1) / bins));
  for (let row = 0; row < confidences.length; row++) {
    // Averages of float32 numbers may exceed 1 through rounding.
    const bin = sums[Math.min(Math.max(Math.ceil(confidences[row] * bins) - 1, 0), bins - 1)];
    const weight = weights === undefined ? 1 : weights[row];
    bin.count += weight;
    bin.hits += weight * outcomes[row];
    bin.confidence += weight * confidences[row];
  }
  return sums;
}

/** Adds rows of the group whose weights sum to `part`. */
function add(bin: Sums, { score, hits, misses }: TiedGroup, part: number): void {
  bin.count += part;
  bin.hits += (part / (hits + misses)) * hits;
  bin.confidence += part * score;
}

function equalMass(groups: readonly TiedGroup[], bins: number): readonly Sums[] {
  const total = groups.reduce((sum, { hits, misses }) => sum + (hits + misses), 0);
  const sums = Array.from({ length: bins }, () => emptyBin(0, 0));
  let bin = 0;
  let from = 0;
  let end = 0;
  for (const group of groups) {
    end += group.hits + group.misses;
    while (from < end) {
      const border = bin === bins - 1 ? end : (total * (bin + 1)) / bins;
      const to = Math.min(end, border);
      add(sums[bin], group, to - from);
      sums[bin].upper = group.score;
      from = to;
      if (to === border) bin = Math.min(bin + 1, bins - 1);
    }
  }
  for (const [i, each] of sums.entries()) each.lower = i === 0 ? groups[0].score : sums[i - 1].upper;
  return sums;
}
