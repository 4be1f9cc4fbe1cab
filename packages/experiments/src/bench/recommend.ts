import type { BenchResult } from './benchReport.js';
import { fewestRuns } from './compareBenchReports.js';
import type { VariantName } from './timedVariant.js';
import type { Workload } from './workload.js';

/**
 * A backend with too few runs for a spread counts as slower only if its fastest run takes this many times the 90 % quantile of
 * the other.
 */
const clearFactor = 2;

/**
 * Recommends backends, one line per use: training on the heaviest workload and on the smallest minibatches, and prediction of
 * as many rows. A line names a single backend only if its spread lies below all others and it had enough runs for a spread.
 * Null if nothing was timed.
 *
 * @param backends those that may be recommended.
 */
export function recommend(
  backends: readonly string[],
  workloads: readonly Workload[],
  results: readonly BenchResult[],
): string | null {
  const timed = (workload: Workload, variant: VariantName) =>
    results
      .filter((result) => result.workload === workload.name && result.variant === variant)
      .filter(({ backend }) => backends.includes(backend))
      .sort((a, b) => a.medianMs - b.medianMs);
  const lines = (use: string, variants: readonly VariantName[]) => {
    for (const variant of variants) {
      // The lightest workload is first.
      const reached = workloads.filter((workload) => timed(workload, variant).length > 0);
      if (reached.length === 0) continue;
      const heaviest = reached.find(({ name }) => name === 'W') ?? reached[reached.length - 1];
      const smallest = reached.reduce((least, each) => (each.batch < least.batch ? each : least));
      const shown = smallest.batch < heaviest.batch ? [heaviest, smallest] : [heaviest];
      return shown.map((workload) => {
        const rows = workload.batch === 1 ? 'single rows' : `${workload.batch} rows`;
        return `To ${use} ${rows} at a time (${workload.name === 'W' ? 'workload W' : `“${workload.name}”`}): ${choice(timed(workload, variant))}.`;
      });
    }
    return [];
  };
  const all = [
    ...lines('train on', ['variational step']),
    ...lines('predict', ['sampled prediction', 'mean prediction']),
  ];
  return all.length === 0 ? null : all.join('\n');
}

/** The recommendation from results of one kind, sorted by time. */
function choice(ranked: readonly BenchResult[]): string {
  const [best, ...others] = ranked;
  if (best.repetitions < fewestRuns) {
    return `too few runs to tell: ${named(best)} has ${best.repetitions}, needs ${fewestRuns}`;
  }
  const close = others.filter((other) => !isSlower(other, best));
  if (close.length > 0) {
    return `no clear difference between ${close.slice(0, -1).reduce((text, each) => `${text}, ${named(each)}`, named(best))} and ${named(close[close.length - 1])}`;
  }
  if (others.length === 0) return `${named(best)}, the only one that was measured`;
  return `${named(best)}, ${(others[0].medianMs / best.medianMs).toFixed(1)} times as fast as the next, ${named(others[0])}`;
}

/** Whether the intervals from the 10 % to the 90 % quantile are disjoint. */
function isSlower(slower: BenchResult, quicker: BenchResult): boolean {
  if (slower.repetitions < fewestRuns) return slower.minMs > clearFactor * quicker.p90Ms;
  return quicker.p90Ms < slower.p10Ms;
}

function named({ backend, medianMs }: BenchResult): string {
  return `${backend} (${medianMs >= 100 ? medianMs.toFixed(0) : medianMs.toPrecision(2)} ms)`;
}
