import type { Workload } from './workload.js';

/** What is timed on a workload; see `variants` for each. */
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

/** Something that is timed again and again. */
export interface TimedVariant {
  readonly name: VariantName;
  /** 10⁹ multiplications and additions in matrix products a run; 0 where there are none. */
  readonly gigaflop: number;
  /** Runs once; resolves when its result has been read. */
  run(): Promise<void>;
  /** Frees what it holds on its backend. */
  dispose(): void;
}

/** A variant that has not been prepared, so that it costs nothing if it is left out. */
export interface VariantPlan {
  readonly name: VariantName;
  readonly gigaflop: number;
  /** Fewer repetitions than the others get, for what would take too long. */
  readonly repetitions?: number;
  prepare(): Promise<TimedVariant>;
}

/** A step written with another library, timed beside the backends: hand-written, since Vardrop is not in it. */
export interface Peer {
  readonly name: string;
  /** Prepares a training step with noise of a workload; `run` resolves when the loss has been read. */
  prepare(workload: Workload): Promise<{ run(): Promise<void>; dispose(): void }>;
  /** Ends what the peer has started. */
  close?(): Promise<void>;
}
