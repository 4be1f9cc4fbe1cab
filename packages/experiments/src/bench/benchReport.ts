import type { VariantName } from './timedVariant.js';
import type { Workload } from './workload.js';

/** Changes whenever a report of before could be misread. */
export const benchReportVersion = 1;

/** Times of one variant of a workload on a backend. */
export interface BenchResult {
  readonly backend: string;
  /** A name among the report's workloads. */
  readonly workload: string;
  readonly variant: VariantName;
  /** How many runs the times are of; few where the backend's budget was spent. */
  readonly repetitions: number;
  readonly medianMs: number;
  readonly minMs: number;
  /** A tenth of the runs were quicker, a tenth slower than `p90Ms`: quantiles by linear interpolation. */
  readonly p10Ms: number;
  readonly p90Ms: number;
  /** The first run, which compiles. */
  readonly firstMs: number;
  /** 10⁹ multiplications and additions in matrix products a second, by the median; null without products. */
  readonly gflops: number | null;
  /** `gflops` over that of the products by themselves, in the same interleaved runs; null where those are missing. */
  readonly matmulShare: number | null;
  /** Median over that of the deterministic step (of a mean prediction, for a single sample); null where there is none. */
  readonly ratioToDeterministic: number | null;
  /** Million normal numbers a second; of the variant `noise` only. */
  readonly millionNormals: number | null;
}

/** What repeated training steps leave behind on a backend. */
export interface BenchMemory {
  readonly workload: string;
  /** Steps between the two readings. */
  readonly steps: number;
  readonly liveTensors: { readonly before: number; readonly after: number };
  /** Live tensors that remained when the trainer was disposed of, above those before it was made. */
  readonly leakedTensors: number;
  /** Bytes by kind, as the platform tells them. */
  readonly bytes: { readonly [kind: string]: { readonly before: number; readonly after: number } };
}

/** A backend that took part. */
export interface BenchBackend {
  readonly name: string;
  /** From nothing to a backend that can be used. */
  readonly startMs: number;
  /** Null where no workload was quick enough, or the run ended before. */
  readonly memory: BenchMemory | null;
}

/** Where a report was made. */
export interface BenchMachine {
  /** Such as the processor's name. */
  readonly description: string;
  /** Such as `Node 20.20.2, linux x64`. */
  readonly runtime: string;
  readonly cores: number;
  /** Load average over a minute, where the platform tells it. */
  readonly load?: { readonly before: number; readonly after: number };
}

/** What `vardrop bench --json` writes. */
export interface BenchReport {
  readonly version: typeof benchReportVersion;
  readonly machine: BenchMachine;
  /** Repetitions asked for, and the seconds that a backend was given for each workload. */
  readonly options: { readonly repetitions: number; readonly budgetSeconds: number };
  readonly workloads: readonly Workload[];
  readonly backends: readonly BenchBackend[];
  /** Backends and peers that do not start here. */
  readonly unavailable: readonly { readonly backend: string; readonly reason: string }[];
  readonly leftOut: readonly {
    readonly backend: string;
    readonly workload: string;
    readonly variant: VariantName;
    readonly reason: string;
  }[];
  readonly results: readonly BenchResult[];
  /** A line for each use; null where nothing was timed. */
  readonly recommendation: string | null;
  /** Whether it was ended before all was measured. */
  readonly interrupted: boolean;
}
