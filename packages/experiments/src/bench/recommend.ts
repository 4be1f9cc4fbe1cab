import type { BenchResult } from './benchReport.js';
import type { Workload } from './workload.js';

/**
 * Which backend to take, in one sentence: the one whose variational step on the heaviest workload is quickest, and another
 * for the smallest minibatches where that is quicker beyond the spread. Null where no step was timed.
 *
 * @param backends those that may be recommended.
 */
export function recommend(
  backends: readonly string[],
  workloads: readonly Workload[],
  results: readonly BenchResult[],
): string | null {
  const ranked = (workload: Workload) =>
    results
      .filter(({ backend, variant }) => variant === 'variational step' && backends.includes(backend))
      .filter((result) => result.workload === workload.name)
      .sort((a, b) => a.medianMs - b.medianMs);
  // What most backends got to, and of those the heaviest: workloads come the lightest first.
  const reached = workloads.filter((workload) => ranked(workload).length > 0);
  if (reached.length === 0) return null;
  const main = reached.find(({ name }) => name === 'W') ?? reached[reached.length - 1];
  const [best, next] = ranked(main);
  const where = main.name === 'W' ? 'workload W' : `“${main.name}”`;
  let sentence = `Train on ${best.backend}: a variational step of ${where} takes ${milliseconds(best.medianMs)} there`;
  if (next === undefined) sentence += ', and nothing else was measured on it';
  else if (isClear(best, next)) {
    sentence += `, ${(next.medianMs / best.medianMs).toFixed(1)} times less than on the next, ${next.backend} (${milliseconds(next.medianMs)})`;
  } else sentence += `, with no clear difference to ${next.backend} (${milliseconds(next.medianMs)})`;
  const smallest = reached.reduce((least, each) => (each.batch < least.batch ? each : least));
  const [quickest] = ranked(smallest);
  const same = ranked(smallest).find(({ backend }) => backend === best.backend);
  if (same && quickest.backend !== best.backend && isClear(quickest, same)) {
    const rows = smallest.batch === 1 ? 'a minibatch of one' : `minibatches of ${smallest.batch}`;
    sentence += `; for ${rows} ${quickest.backend} is quicker (${milliseconds(quickest.medianMs)} against ${milliseconds(same.medianMs)})`;
  }
  return `${sentence}.`;
}

/** Whether the middle four fifths of both spreads lie apart. */
function isClear(quicker: BenchResult, slower: BenchResult): boolean {
  return quicker.p90Ms < slower.p10Ms;
}

function milliseconds(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(2)} ms`;
}
