import { fewestForInterval, medianInterval } from '../statistics/medianInterval.js';
import { median } from '../statistics/quantiles.js';
import type { VariantName } from './timedVariant.js';
import { type Workload, workloadW } from './workload.js';

/** Times of one variant of a workload on a backend; those of one index, on all backends, were measured in the same round. */
export interface RoundTimes {
  readonly backend: string;
  readonly workload: string;
  readonly variant: VariantName;
  readonly times: readonly number[];
}

/**
 * Recommends backends, one line per use and workload: training and prediction on the main workload, which is W if it was timed, else the
 * heaviest, and on its layers with other minibatches. A line names a single backend only if it is clearly faster than each other: the
 * 95 % interval of the median ratio of two times of one round, which assumes nothing of their distribution, lies above 1. So two equal
 * backends are told apart in at most one of twenty lines. That takes six rounds. A backend with fewer is neither recommended nor
 * compared. Null if nothing was timed.
 *
 * @param backends those that may be recommended.
 */
export function recommend(
  backends: readonly string[],
  workloads: readonly Workload[],
  results: readonly RoundTimes[],
): string | null {
  const timed = (workload: Workload, variant: VariantName) =>
    results
      .filter((result) => result.workload === workload.name && result.variant === variant)
      .filter(({ backend, times }) => backends.includes(backend) && times.length > 0)
      .map(({ backend, times }): Contestant => ({ backend, times, milliseconds: median(times) }))
      .sort((a, b) => a.milliseconds - b.milliseconds);
  const lines = (use: string, variants: readonly VariantName[]) => {
    for (const variant of variants) {
      // The lightest workload is first.
      const reached = workloads.filter((workload) => timed(workload, variant).length > 0);
      if (reached.length === 0) continue;
      const main = reached.find(({ name }) => name === workloadW.name) ?? reached[reached.length - 1];
      return reached
        .filter(({ widths }) => widths.join() === main.widths.join())
        .sort((a, b) => b.batch - a.batch)
        .map((workload) => {
          const rows = workload.batch === 1 ? 'single rows' : `${workload.batch} rows`;
          const name = workload.name === workloadW.name ? 'workload W' : `“${workload.name}”`;
          return `To ${use} ${rows} at a time (${name}): ${choice(timed(workload, variant))}.`;
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

interface Contestant {
  readonly backend: string;
  readonly times: readonly number[];
  /** The median. */
  readonly milliseconds: number;
}

/** The recommendation among contestants, the quickest first. */
function choice(ranked: readonly Contestant[]): string {
  const [best] = ranked;
  if (best.times.length < fewestForInterval) {
    return `too few runs to tell: ${named(best)} has ${best.times.length}, needs ${fewestForInterval}`;
  }
  const [others, few] = [true, false].map((enough) =>
    ranked.slice(1).filter(({ times }) => times.length >= fewestForInterval === enough),
  );
  const left = few.length === 0 ? '' : `; too few runs to compare: ${few.map(named).join(', ')}`;
  const close = others.filter((other) => !((medianInterval(ratios(other, best))?.low ?? 0) > 1));
  if (close.length > 0) {
    const names = [best, ...close].map(named);
    return `no clear difference between ${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}${left}`;
  }
  if (others.length === 0)
    return `${named(best)}, the only one ${few.length === 0 ? 'that was measured' : 'with enough runs'}${left}`;
  const [next] = others;
  const times = ratios(next, best);
  const { low = 0, high = 0 } = medianInterval(times) ?? {};
  return `${named(best)}, ${median(times).toFixed(1)} times (${low.toFixed(1)}–${high.toFixed(1)}) as fast as the next, ${named(next)}${left}`;
}

/** Times of the slower over those of the quicker, round by round. Load of the machine in a round affects both. */
function ratios(slower: Contestant, quicker: Contestant): readonly number[] {
  const rounds = Math.min(slower.times.length, quicker.times.length);
  return slower.times.slice(0, rounds).map((time, round) => time / quicker.times[round]);
}

function named({ backend, milliseconds }: Contestant): string {
  return `${backend} (${milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds.toPrecision(2)} ms)`;
}
