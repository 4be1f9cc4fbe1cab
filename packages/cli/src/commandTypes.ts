import type { BenchCommandOptions } from './arguments/benchCommand.js';
import type { ConformanceCommandOptions } from './arguments/conformanceCommand.js';
import type { ExportCommandOptions } from './arguments/exportCommand.js';
import type { NewBackendOptions } from './arguments/newBackendCommand.js';
import type { BenchProgress } from './bench/benchProgress.js';
import type { Progress, ProgressStream } from './progress.js';
import type { ReproductionReport } from './report/reproductionReport.js';
import type { TrainingReport } from './report/trainingReport.js';
import type { TrialProgress } from './reproduce/trialProgress.js';
import type { ReproduceOptions } from './reproduceOptions.js';
import type { TrainOptions } from './trainOptions.js';

/**
 * Does what `vardrop train` asks for and returns what the report shows.
 *
 * When `signal` aborts, it ends after the step under way and returns a report with `interrupted: true` on what it has,
 * or throws the signal's reason if that is nothing. It has to let the event loop turn between steps, else no signal arrives.
 */
export type Train = (options: TrainOptions, ui: Progress, signal: AbortSignal) => Promise<TrainingReport>;

/**
 * Does what `vardrop reproduce` asks for and returns what the report shows. When `signal` aborts, it ends the trial
 * under way, as `Train` does its step.
 */
export type Reproduce = (
  options: ReproduceOptions,
  progress: TrialProgress,
  signal: AbortSignal,
) => Promise<ReproductionReport>;

/** Does what `vardrop bench` asks for. When `signal` aborts, it ends as `Train` does. */
export type Bench = (
  options: BenchCommandOptions,
  progress: BenchProgress,
  signal: AbortSignal,
) => Promise<BenchOutcome>;

/** Does what `vardrop conformance` asks for, and returns whether everything held. */
export type Conformance = (
  options: ConformanceCommandOptions,
  stdout: ProgressStream,
  stderr: ProgressStream,
) => Promise<boolean>;

/** Does what `vardrop export` asks for. */
export type Export = (options: ExportCommandOptions, stdout: ProgressStream) => Promise<void>;

/** Does what `vardrop new-backend` asks for. */
export type NewBackend = (options: NewBackendOptions, stdout: ProgressStream) => Promise<void>;

/** What a benchmark has found. */
export interface BenchOutcome {
  /** Tables and sentences for a terminal. */
  readonly text: string;
  readonly interrupted: boolean;
}
