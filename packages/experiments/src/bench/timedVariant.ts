import type { Workload } from './workload.js';

/** The names of what is timed on a workload; see `variants` for each. */
export const variantNames = [
  'variational step',
  'deterministic step',
  'variational products',
  'deterministic products',
  'mean prediction',
  'sampled prediction',
  'compilation',
  'noise',
] as const;

/** A name of {@link variantNames}. */
export type VariantName = (typeof variantNames)[number];

/** Something that is timed repeatedly. */
export interface TimedVariant {
  readonly name: VariantName;
  /** 10⁹ multiplications and additions in matrix products per run; 0 if there are none. */
  readonly gigaflop: number;
  /** Runs once; resolves when its result has been read. */
  run(): Promise<void>;
  /** Frees what it holds on its backend. */
  dispose(): void;
}

/** A variant before its preparation. It costs nothing if it is skipped. */
export interface VariantPlan {
  readonly name: VariantName;
  readonly gigaflop: number;
  /** An upper limit of repetitions, for variants that take too long. */
  readonly repetitions?: number;
  prepare(): Promise<TimedVariant>;
}

/** A step written by hand with another library, without Vardrop, and timed together with the backends. */
export interface Peer {
  readonly name: string;
  /** Prepares a training step with noise of a workload; `run` resolves when the loss has been read. */
  prepare(workload: Workload): Promise<{ run(): Promise<void>; dispose(): void }>;
  /** Frees what the peer has started. */
  close?(): Promise<void>;
}
