import type { VariantName } from './timedVariant.js';
import type { Workload } from './workload.js';

/** Incremented when the format changes, so that older reports are refused. */
export const benchReportVersion = 1;

/** Times of one variant of a workload on a backend. */
export interface BenchResult {
  readonly backend: string;
  /** The name of one of the report's workloads. */
  readonly workload: string;
  readonly variant: VariantName;
  /** Number of timed runs; small if the time budget of the backend was used up. */
  readonly repetitions: number;
  readonly medianMs: number;
  readonly minMs: number;
  /** The 10 % quantile, as `p90Ms` is the 90 % quantile, both by linear interpolation. */
  readonly p10Ms: number;
  readonly p90Ms: number;
  /** The first run, which compiles. */
  readonly firstMs: number;
  /** 10⁹ multiplications and additions in matrix products per second, from the median; null without products. */
  readonly gflops: number | null;
  /** `gflops` over that of the products alone, in the same interleaved runs; null if those are missing. */
  readonly matmulShare: number | null;
  /**
   * Median over the median of the deterministic step (for predictions: of one sample over the mean prediction); null without
   * the latter.
   */
  readonly ratioToDeterministic: number | null;
  /** Million normal numbers per second; for the variant `noise` only. */
  readonly millionNormals: number | null;
}

/** Memory that repeated training steps leave on a backend. */
export interface BenchMemory {
  readonly workload: string;
  /** Steps between the two readings. */
  readonly steps: number;
  readonly liveTensors: { readonly before: number; readonly after: number };
  /** Live tensors after the trainer was disposed of, minus those before it was made. */
  readonly leakedTensors: number;
  /** Bytes by kind, as the platform reports them. */
  readonly bytes: { readonly [kind: string]: { readonly before: number; readonly after: number } };
}

/** A backend that took part. */
export interface BenchBackend {
  readonly name: string;
  /** Time to create a backend that can be used. */
  readonly startMs: number;
  /** Null if no workload was fast enough, or if the run ended before. */
  readonly memory: BenchMemory | null;
}

/** The machine of a report. */
export interface BenchMachine {
  /** Such as the processor's name. */
  readonly description: string;
  /** Such as `Node 20.20.2, linux x64`. */
  readonly runtime: string;
  readonly cores: number;
  /** Load average over a minute, if the platform reports it. */
  readonly load?: { readonly before: number; readonly after: number };
}

/** What `vardrop bench --json` writes. */
export interface BenchReport {
  readonly version: typeof benchReportVersion;
  readonly machine: BenchMachine;
  /** The requested repetitions, and the time budget in seconds of a backend for each workload. */
  readonly options: { readonly repetitions: number; readonly budgetSeconds: number };
  readonly workloads: readonly Workload[];
  readonly backends: readonly BenchBackend[];
  /** Backends and peers that do not start on this machine. */
  readonly unavailable: readonly { readonly backend: string; readonly reason: string }[];
  readonly leftOut: readonly {
    readonly backend: string;
    readonly workload: string;
    readonly variant: VariantName;
    readonly reason: string;
  }[];
  readonly results: readonly BenchResult[];
  /** One line per use; null if nothing was timed. */
  readonly recommendation: string | null;
  /** Whether the run was interrupted before everything was measured. */
  readonly interrupted: boolean;
}
