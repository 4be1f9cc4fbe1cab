import type { BenchCommandOptions } from './arguments/benchCommand.js';
import type { CalibrateCommandOptions } from './arguments/calibrateCommand.js';
import type { ConformanceCommandOptions } from './arguments/conformanceCommand.js';
import type { ExportCommandOptions } from './arguments/exportCommand.js';
import type { NewBackendOptions } from './arguments/newBackendCommand.js';
import type { EvaluateCommandOptions, PredictCommandOptions } from './arguments/predictCommand.js';
import type { BenchProgress } from './bench/benchProgress.js';
import type { Progress, ProgressStream } from './progress.js';
import type { ReproductionReport } from './report/reproductionReport.js';
import type { TrainingReport } from './report/trainingReport.js';
import type { TrialProgress } from './reproduce/trialProgress.js';
import type { ReproduceOptions } from './reproduceOptions.js';
import type { TrainOptions } from './trainOptions.js';

/**
 * Runs `vardrop train` and returns the data of the report.
 *
 * When `signal` aborts, it stops after the current step and returns a report of the results so far with `interrupted: true`, or
 * throws the signal's reason if there are none. It has to yield to the event loop between steps, or no signal arrives.
 */
export type Train = (options: TrainOptions, ui: Progress, signal: AbortSignal) => Promise<TrainingReport>;

/**
 * Runs `vardrop reproduce` and returns the data of the report. When `signal` aborts, it stops the current trial, and otherwise
 * does as `Train`.
 */
export type Reproduce = (
  options: ReproduceOptions,
  progress: TrialProgress,
  signal: AbortSignal,
) => Promise<ReproductionReport>;

/** Runs `vardrop bench`. When `signal` aborts, it ends as `Train` does. */
export type Bench = (
  options: BenchCommandOptions,
  progress: BenchProgress,
  signal: AbortSignal,
) => Promise<BenchOutcome>;

/** Runs `vardrop conformance`. When `signal` aborts, it ends with the laws so far. */
export type Conformance = (
  options: ConformanceCommandOptions,
  stdout: ProgressStream,
  stderr: ProgressStream,
  signal: AbortSignal,
) => Promise<ConformanceOutcome>;

/** Runs `vardrop predict`; notes about the data go to `stderr`. */
export type Predict = (options: PredictCommandOptions, stdout: ProgressStream, stderr: ProgressStream) => Promise<void>;

/** Runs `vardrop evaluate`; notes about the data go to `stderr`. */
export type Evaluate = (
  options: EvaluateCommandOptions,
  stdout: ProgressStream,
  stderr: ProgressStream,
) => Promise<void>;

/** Runs `vardrop calibrate`; notes about the data go to `stderr`. */
export type Calibrate = (
  options: CalibrateCommandOptions,
  stdout: ProgressStream,
  stderr: ProgressStream,
) => Promise<void>;

/** Runs `vardrop export`. */
export type Export = (options: ExportCommandOptions, stdout: ProgressStream) => Promise<void>;

/** Runs `vardrop new-backend`. */
export type NewBackend = (options: NewBackendOptions, stdout: ProgressStream) => Promise<void>;

/** The findings of a benchmark. */
export interface BenchOutcome {
  /** Tables and sentences for a terminal. */
  readonly text: string;
  readonly interrupted: boolean;
}

/** What came of the laws. */
export interface ConformanceOutcome {
  /** Whether every law that was tried held. */
  readonly held: boolean;
  /** Whether it was stopped before all laws were tried. */
  readonly interrupted: boolean;
}
