import { type Summary, summarize } from './summarize.js';

/** How two things differ that were measured under the same seeds. */
export interface PairedDifference extends Summary {
  /** `undecided` with fewer than two pairs; `no difference` where the 95 % interval holds 0. */
  readonly verdict: 'lower' | 'higher' | 'no difference' | 'undecided';
}

/**
 * The first's measurements minus the second's over the seeds that both have, or undefined where they have none in
 * common. Pairing takes out what a seed does to both: the start of the weights, the order of the data.
 */
export function pairedDifference(
  first: ReadonlyMap<number, number>,
  second: ReadonlyMap<number, number>,
): PairedDifference | undefined {
  const differences = [...first].flatMap(([seed, value]) => {
    const other = second.get(seed);
    return other === undefined ? [] : [value - other];
  });
  if (differences.length === 0) return undefined;
  const summary = summarize(differences);
  return { ...summary, verdict: verdictOf(summary.interval) };
}

function verdictOf(interval: Summary['interval']): PairedDifference['verdict'] {
  if (!interval) return 'undecided';
  const [low, high] = interval;
  if (high < 0) return 'lower';
  return low > 0 ? 'higher' : 'no difference';
}
