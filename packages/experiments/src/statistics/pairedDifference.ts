import { type Summary, summarize } from './summarize.js';

/** The difference of two quantities that were measured under the same seeds. */
export interface PairedDifference extends Summary {
  /** `undecided` with fewer than two pairs; `no difference` if the 95 % interval contains 0. */
  readonly verdict: 'lower' | 'higher' | 'no difference' | 'undecided';
}

/**
 * The first's measurements minus the second's over the seeds that both have; undefined if they have none in common. Pairing
 * removes what a seed changes in both: the initial weights and the order of the data.
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
