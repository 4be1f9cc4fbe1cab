import { VardropError } from '../errors.js';

/**
 * The `⌈(n + 1) coverage⌉`-th smallest of n scores. A new score of the same distribution is at most this one with a probability of at
 * least `coverage`, on average over calibration sets of n rows (Vovk, Gammerman & Shafer 2005; Lei et al. 2018, theorem 2.1).
 *
 * Throws `code` for fewer scores than the coverage needs, with the number that does. `who` asks for it, and `of` says whose scores
 * they are.
 */
export function conformalLimit(
  scores: ArrayLike<number>,
  coverage: number,
  { who = 'conformal', code = 'VARDROP_CONFORMAL', of = 'rows' } = {},
): number {
  const count = scores.length;
  // A product such as 10 · 0.9 may be above 9 by a rounding, which is not to cost a row.
  const rank = Math.ceil((count + 1) * coverage - 1e-9);
  if (rank <= count) return Float64Array.from(scores).sort()[rank - 1];
  const needed = Math.ceil(coverage / (1 - coverage) - 1e-9);
  throw new VardropError(
    code,
    `[${who}] data: got ${count} ${of}, needs at least ${needed} for a coverage of ${coverage}. Give more data, or ask for less.`,
  );
}
