import type { BenchReport, BenchResult } from './benchReport.js';

/** Fewer runs than this give no useful spread. */
const fewestRuns = 5;

/** How one variant's times differ between two reports. */
export interface BenchChange {
  readonly backend: string;
  readonly workload: string;
  readonly variant: string;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** After over before: below 1 is quicker. */
  readonly ratio: number;
  /**
   * `none` if a median lies between the 10 % and 90 % quantiles of the other report; `unknown` if either report has fewer than
   * five runs.
   */
  readonly change: 'quicker' | 'slower' | 'none' | 'unknown';
}

/** A comparison of two reports. */
export interface BenchComparison {
  readonly changes: readonly BenchChange[];
  /** Measured before, but not now. */
  readonly gone: readonly string[];
  /** Measured now, but not before. */
  readonly added: readonly string[];
  /** Whether both name the same machine and runtime, so that milliseconds can be compared. */
  readonly sameMachine: boolean;
}

/** Compares medians of two reports, results of the same backend, variant and workload (its name and its sizes). */
export function compareBenchReports(before: BenchReport, after: BenchReport): BenchComparison {
  const keyed = ({ results, workloads }: BenchReport) =>
    new Map(
      results.map((result) => {
        const sizes = workloads.find(({ name }) => name === result.workload);
        const key = `${result.backend}, ${result.workload}, ${result.variant} ${JSON.stringify([sizes?.widths, sizes?.batch])}`;
        return [key, result];
      }),
    );
  const [old, now] = [keyed(before), keyed(after)];
  const names = (entries: Map<string, BenchResult>, others: Map<string, BenchResult>) =>
    [...entries]
      .filter(([key]) => !others.has(key))
      .map(([, { backend, workload, variant }]) => `${backend}, ${workload}, ${variant}`);
  return {
    changes: [...now].flatMap(([key, result]) => {
      const earlier = old.get(key);
      return earlier === undefined ? [] : [changeOf(earlier, result)];
    }),
    gone: names(old, now),
    added: names(now, old),
    sameMachine:
      before.machine.description === after.machine.description &&
      before.machine.cores === after.machine.cores &&
      before.machine.runtime === after.machine.runtime,
  };
}

function changeOf(before: BenchResult, after: BenchResult): BenchChange {
  const within = (value: number, { p10Ms, p90Ms }: BenchResult) => value >= p10Ms && value <= p90Ms;
  const few = Math.min(before.repetitions, after.repetitions) < fewestRuns;
  const inside = within(after.medianMs, before) || within(before.medianMs, after);
  const direction = after.medianMs < before.medianMs ? 'quicker' : 'slower';
  return {
    backend: after.backend,
    workload: after.workload,
    variant: after.variant,
    beforeMs: before.medianMs,
    afterMs: after.medianMs,
    ratio: after.medianMs / before.medianMs,
    change: few ? 'unknown' : inside ? 'none' : direction,
  };
}
