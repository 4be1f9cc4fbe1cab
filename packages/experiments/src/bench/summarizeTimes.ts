import { median, quantiles } from '../statistics/quantiles.js';
import type { BenchResult } from './benchReport.js';
import type { VariantName } from './timedVariant.js';
import { noiseCount, predictionSamples } from './variants.js';

/** Milliseconds of the runs of one variant. */
export interface VariantTimes {
  readonly name: VariantName;
  /** Of one run. */
  readonly gigaflop: number;
  /** The run that compiles. */
  readonly first: number;
  readonly times: readonly number[];
}

/** The results of one backend on one workload, from the times of its variants; variants without a repetition give none. */
export function summarizeTimes(
  backend: string,
  workload: string,
  variants: readonly VariantTimes[],
): readonly BenchResult[] {
  const timed = variants.filter(({ times }) => times.length > 0);
  const medians = new Map(timed.map(({ name, times }) => [name, median(times)]));
  const rates = new Map(
    timed.flatMap(({ name, times, gigaflop }) =>
      gigaflop > 0 ? [[name, gigaflop / (median(times) / 1000)] as const] : [],
    ),
  );
  return timed.map(({ name, first, times }): BenchResult => {
    const [p10Ms, medianMs, p90Ms] = quantiles(times, [0.1, 0.5, 0.9]);
    const rate = rates.get(name);
    const own = rates.get(name.startsWith('variational') ? 'variational products' : 'deterministic products');
    const { reference, runs } = comparison(name);
    const referenceMs = reference && medians.get(reference);
    return {
      backend,
      workload,
      variant: name,
      repetitions: times.length,
      medianMs,
      minMs: Math.min(...times),
      p10Ms,
      p90Ms,
      firstMs: first,
      gflops: rate ?? null,
      matmulShare: rate === undefined || own === undefined ? null : rate / own,
      ratioToDeterministic: referenceMs === undefined ? null : medianMs / runs / referenceMs,
      millionNormals: name === 'noise' ? noiseCount / 1e6 / (medianMs / 1000) : null,
    };
  });
}

/** The variant to compare with, and how many times a run repeats its work. */
function comparison(name: VariantName): { reference?: VariantName; runs: number } {
  switch (name) {
    case 'variational step':
      return { reference: 'deterministic step', runs: 1 };
    case 'variational products':
      return { reference: 'deterministic products', runs: 1 };
    case 'sampled prediction':
      return { reference: 'mean prediction', runs: predictionSamples };
    case 'deterministic step':
    case 'deterministic products':
    case 'mean prediction':
      return { reference: name, runs: 1 };
    default:
      return { runs: 1 };
  }
}
