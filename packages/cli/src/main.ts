import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VardropError } from '@vardrop/core';
import type { BenchCommandOptions } from './arguments/benchCommand.js';
import { type ConformanceCommandOptions, isModulePath } from './arguments/conformanceCommand.js';
import type { ExportCommandOptions } from './arguments/exportCommand.js';
import type { NewBackendOptions } from './arguments/newBackendCommand.js';
import { type ParsedArguments, parseArguments } from './arguments.js';
import { type BenchProgress, createBenchProgress } from './bench/benchProgress.js';
import type { BenchOutcome } from './commands/bench.js';
import { checkInput, checkOutputs, makeDirectory, type OutputPath, writeOutput } from './output.js';
import { createProgress, type Progress, type ProgressStream } from './progress.js';
import { printReproduction } from './report/printReproduction.js';
import { reproductionJson } from './report/reproductionJson.js';
import type { ReproductionReport } from './report/reproductionReport.js';
import { printSummary, reportJson } from './report/summary.js';
import type { TrainingReport } from './report/trainingReport.js';
import { createTrialProgress, type TrialProgress } from './reproduce/trialProgress.js';
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
type Conformance = (options: ConformanceCommandOptions, stdout: ProgressStream) => Promise<boolean>;

/** Does what `vardrop export` asks for. */
export type Export = (options: ExportCommandOptions, stdout: ProgressStream) => Promise<void>;

/** Does what `vardrop new-backend` asks for. */
export type NewBackend = (options: NewBackendOptions, stdout: ProgressStream) => Promise<void>;

/** What the command needs from around it. */
export interface MainEnvironment {
  /** Loads the training, which brings the backends with it: not wanted for `--help`. */
  readonly loadTrain: () => Promise<Train>;
  /** The same of the suite. */
  readonly loadReproduce: () => Promise<Reproduce>;
  readonly loadBench: () => Promise<Bench>;
  readonly loadConformance: () => Promise<Conformance>;
  readonly loadExport: () => Promise<Export>;
  readonly loadNewBackend: () => Promise<NewBackend>;
  readonly stdout: ProgressStream;
  readonly stderr: NodeJS.WriteStream | ProgressStream;
  /** Environment variables; `DEBUG` prints the stack of errors. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Calls `handler` on every Ctrl-C until the function returned is called. */
  readonly onInterrupt: (handler: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/** Exit codes of the command. */
export const exitCodes = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs the `vardrop` command.
 *
 * @param words the arguments after the program's name.
 * @returns the exit code: 0, 1 for an error, 2 for wrong usage, 130 after Ctrl-C. Errors are printed, not thrown.
 */
export async function main(words: readonly string[], environment: MainEnvironment): Promise<number> {
  const { stdout, stderr, variables } = environment;
  let verbose = words.includes('--verbose') || Boolean(variables.DEBUG);
  try {
    const parsed = parseArguments(words, await readVersion());
    if (parsed.kind === 'print') {
      stdout.write(parsed.text);
      return exitCodes.success;
    }
    verbose ||= parsed.options.verbose;
    try {
      return await runCommand(parsed, environment);
    } catch (error) {
      stderr.write(describeError(error, verbose));
      return exitCodes.failure;
    }
  } catch (error) {
    stderr.write(describeError(error, verbose));
    return error instanceof VardropError ? exitCodes.usage : exitCodes.failure;
  }
}

async function runCommand(
  parsed: Exclude<ParsedArguments, { readonly kind: 'print' }>,
  environment: MainEnvironment,
): Promise<number> {
  switch (parsed.kind) {
    case 'train':
      return runTrain(parsed.options, environment);
    case 'reproduce':
      return runReproduce(parsed.options, environment);
    case 'bench':
      return runBench(parsed.options, environment);
    case 'conformance':
      return runConformance(parsed.options, environment);
    case 'export': {
      const { checkpoint, output } = parsed.options;
      await checkOutputs([{ option: '--output', path: output }]);
      await checkInput({ option: '--checkpoint', path: checkpoint });
      const exportNetwork = await environment.loadExport();
      await exportNetwork(parsed.options, environment.stdout);
      return exitCodes.success;
    }
    case 'new-backend': {
      const newBackend = await environment.loadNewBackend();
      await newBackend(parsed.options, environment.stdout);
      return exitCodes.success;
    }
  }
}

async function runConformance(options: ConformanceCommandOptions, environment: MainEnvironment): Promise<number> {
  if (options.json !== undefined) await checkOutputs([{ option: '--json', path: options.json }]);
  const conformance = await environment.loadConformance();
  let code: number = exitCodes.failure;
  try {
    if (await conformance(options, environment.stdout)) code = exitCodes.success;
    return code;
  } catch (error) {
    environment.stderr.write(describeError(error, options.verbose || Boolean(environment.variables.DEBUG)));
    return code;
  } finally {
    // A module that hangs, or a timer that it left running, would keep the process alive.
    if (options.targets.some(isModulePath)) environment.exit(code);
  }
}

async function runTrain(options: TrainOptions, environment: MainEnvironment): Promise<number> {
  const { stdout, stderr } = environment;
  const report: OutputPath = { option: '--report', path: options.report };
  const json: OutputPath | undefined =
    options.json === undefined ? undefined : { option: '--json', path: options.json };
  await checkOutputs([
    report,
    ...(json === undefined ? [] : [json]),
    ...(options.checkpoint === undefined ? [] : [{ option: '--checkpoint', path: options.checkpoint }]),
  ]);
  if (options.resume !== undefined) await checkInput({ option: '--resume', path: options.resume });

  const train = await environment.loadTrain();
  const progress = createProgress(stderr, options.quiet);
  const result = await untilInterrupted(environment, progress, 'Stopping after this step.', (signal) =>
    train(options, progress, signal),
  );
  if (result === undefined) {
    stderr.write('Stopped before there was anything to report.\n');
    return exitCodes.interrupted;
  }
  // Plots take a while to load, and nothing needs them before.
  const { renderReport } = await import('./report/renderReport.js');
  await writeOutput(report, renderReport(result));
  if (json !== undefined) await writeOutput(json, `${JSON.stringify(reportJson(result), null, 2)}\n`);
  stdout.write(`${printSummary(result)}\nreport: ${options.report}\n`);
  return result.interrupted ? exitCodes.interrupted : exitCodes.success;
}

async function runReproduce(options: ReproduceOptions, environment: MainEnvironment): Promise<number> {
  const { stdout, stderr } = environment;
  await makeDirectory({ option: '--output', path: options.output });
  const report: OutputPath =
    options.report === undefined
      ? { option: '--output', path: join(options.output, 'report.html') }
      : { option: '--report', path: options.report };
  const json: OutputPath | undefined =
    options.json === undefined ? undefined : { option: '--json', path: options.json };
  await checkOutputs([
    // No other output may be a file that keeps results.
    ...options.experiments.map((name) => ({ option: '--output', path: join(options.output, `${name}.json`) })),
    report,
    ...(json === undefined ? [] : [json]),
  ]);
  const reproduce = await environment.loadReproduce();
  const progress = createTrialProgress(stderr, options.quiet);
  const result = await untilInterrupted(
    environment,
    progress,
    'Stopping; the trial under way will be run anew.',
    (signal) => reproduce(options, progress, signal),
  );
  if (result === undefined) {
    stderr.write('Stopped before there was anything to report.\n');
    return exitCodes.interrupted;
  }
  const { renderReproduction } = await import('./report/renderReproduction.js');
  await writeOutput(report, renderReproduction(result));
  if (json !== undefined) await writeOutput(json, `${JSON.stringify(reproductionJson(result), null, 2)}\n`);
  stdout.write(`${printReproduction(result)}\nreport: ${report.path}\n`);
  return result.interrupted ? exitCodes.interrupted : exitCodes.success;
}

async function runBench(options: BenchCommandOptions, environment: MainEnvironment): Promise<number> {
  const { stdout, stderr } = environment;
  if (options.json !== undefined) await checkOutputs([{ option: '--json', path: options.json }]);
  if (options.against !== undefined) await checkInput({ option: '--against', path: options.against });
  const bench = await environment.loadBench();
  const progress = createBenchProgress(stderr, options.quiet);
  const result = await untilInterrupted(environment, progress, 'Stopping after this run.', (signal) =>
    bench(options, progress, signal),
  );
  if (result === undefined) {
    stderr.write('Stopped before there was anything to report.\n');
    return exitCodes.interrupted;
  }
  stdout.write(result.text);
  return result.interrupted ? exitCodes.interrupted : exitCodes.success;
}

/** @returns what `work` returns, or undefined if it gave up because of the interrupt. */
async function untilInterrupted<Report>(
  { onInterrupt, exit }: MainEnvironment,
  progress: Pick<Progress, 'note' | 'stop'>,
  stopping: string,
  work: (signal: AbortSignal) => Promise<Report>,
): Promise<Report | undefined> {
  const controller = new AbortController();
  const stopListening = onInterrupt(() => {
    if (controller.signal.aborted) {
      progress.stop();
      exit(exitCodes.interrupted);
      return;
    }
    progress.note(`${stopping} Press Ctrl-C again to exit at once.`);
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } catch (error) {
    if (error !== undefined && error === controller.signal.reason) return undefined;
    throw error;
  } finally {
    stopListening();
    progress.stop();
  }
}

/** A coded error is meant for users as it is; anything else is a defect, whose stack helps to find it. */
function describeError(error: unknown, verbose: boolean): string {
  if (error instanceof VardropError) {
    return verbose ? `${error.stack ?? error.message}\ncode: ${error.code}\n` : `${error.message}\n`;
  }
  if (verbose && error instanceof Error) return `${error.stack}\n`;
  const message = error instanceof Error ? error.message : String(error);
  return `[vardrop] unexpected error: ${message}\nRun again with --verbose for the stack.\n`;
}

async function readVersion(): Promise<string> {
  const file = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
