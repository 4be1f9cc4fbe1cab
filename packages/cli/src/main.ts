import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VardropError } from '@vardrop/core';
import { type ParsedArguments, parseArguments } from './arguments.js';
import { type BenchProgress, createBenchProgress } from './bench/benchProgress.js';
import { commandFiles, reproductionReport, runsForeignCode } from './commandFiles.js';
import type {
  Bench,
  Calibrate,
  Conformance,
  Evaluate,
  Export,
  NewBackend,
  Predict,
  Reproduce,
  Train,
} from './commandTypes.js';
import { checkFiles } from './files/checkFiles.js';
import { fileReason } from './files/fileReason.js';
import { makeDirectory, type OutputPath, writeOutput } from './files/output.js';
import { type InterruptibleWork, type Interrupts, interruptible } from './interruptible.js';
import { createPrinter, type Printer } from './printer.js';
import { createProgress, isTerminal, type Progress, type ProgressStream } from './progress.js';
import { printReproduction } from './report/printReproduction.js';
import { reproductionJson } from './report/reproductionJson.js';
import { printSummary, reportJson } from './report/summary.js';
import { createTrialProgress, type TrialProgress } from './reproduce/trialProgress.js';

/** The environment of the command. */
export interface MainEnvironment extends Interrupts {
  /** Loads the training and the backends, which `--help` does not need. */
  readonly loadTrain: () => Promise<Train>;
  /** The same of the suite. */
  readonly loadReproduce: () => Promise<Reproduce>;
  readonly loadBench: () => Promise<Bench>;
  readonly loadConformance: () => Promise<Conformance>;
  readonly loadPredict: () => Promise<Predict>;
  readonly loadEvaluate: () => Promise<Evaluate>;
  readonly loadCalibrate: () => Promise<Calibrate>;
  readonly loadExport: () => Promise<Export>;
  readonly loadNewBackend: () => Promise<NewBackend>;
  /** Where it prints. A closed stream ends the printing, not the work. */
  readonly stdout: ProgressStream;
  readonly stderr: NodeJS.WriteStream | ProgressStream;
  /** Environment variables; `DEBUG` prints the stack of errors. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Exit codes of the command. After a signal it is 128 and the signal's number: 130 for Ctrl-C. */
export const exitCodes = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

type Parsed = Exclude<ParsedArguments, { readonly kind: 'print' }>;

/** How a command ended: its exit code, and whether code of the user's own may have run. */
interface Ended {
  readonly code: number;
  readonly foreign: boolean;
}

/** The environment, with streams that are safe to print on. */
interface Printing extends Omit<MainEnvironment, 'stdout' | 'stderr'> {
  readonly stdout: Printer;
  readonly stderr: Printer;
  /** Where progress is drawn: the terminal itself, whose cursor bars move, or `stderr`. */
  readonly progressStream: NodeJS.WriteStream | ProgressStream;
}

/**
 * Runs the `vardrop` command.
 *
 * @param words the arguments after the program's name.
 * @returns the exit code: 0, 1 for an error, 2 for wrong usage, 130 after Ctrl-C, 128 and its number after another signal.
 * Errors are printed, not thrown.
 */
export async function main(words: readonly string[], environment: MainEnvironment): Promise<number> {
  const [stdout, stderr] = [createPrinter(environment.stdout), createPrinter(environment.stderr)];
  const progressStream = isTerminal(environment.stderr) ? environment.stderr : stderr;
  const { code, foreign } = await parseAndRun(words, { ...environment, stdout, stderr, progressStream });
  // Errors of a stream arrive after what was written.
  await new Promise((resolve) => setImmediate(resolve));
  const last = stdout.failure === undefined || code !== exitCodes.success ? code : exitCodes.failure;
  if (stdout.failure !== undefined) {
    stderr.write(
      `[vardrop] standard output: got ${fileReason(stdout.failure)}, needs a place that can be written to. The printed output is incomplete.\n`,
    );
  }
  // A module that hangs, or a timer that it left running, would keep the process alive.
  if (foreign) environment.exit(last);
  return last;
}

/** @returns the exit code, and whether code of the user's own ran. */
async function parseAndRun(words: readonly string[], environment: Printing): Promise<Ended> {
  const { stdout, stderr, variables } = environment;
  let verbose = words.includes('--verbose') || Boolean(variables.DEBUG);
  try {
    const parsed = parseArguments(words, await readVersion());
    if (parsed.kind === 'print') {
      stdout.write(parsed.text);
      return { code: exitCodes.success, foreign: false };
    }
    verbose ||= parsed.options.verbose;
    const foreign = runsForeignCode(parsed);
    try {
      return { code: await runCommand(parsed, environment), foreign };
    } catch (error) {
      stderr.write(describeError(error, verbose));
      return { code: exitCodes.failure, foreign };
    }
  } catch (error) {
    stderr.write(describeError(error, verbose));
    return { code: error instanceof VardropError ? exitCodes.usage : exitCodes.failure, foreign: false };
  }
}

async function runCommand(parsed: Parsed, environment: Printing): Promise<number> {
  const { stdout, progressStream } = environment;
  switch (parsed.kind) {
    case 'train': {
      const progress = createProgress(progressStream, parsed.options.quiet);
      const around = { ...environment, progress, stopping: 'Stopping after this step.' };
      return interruptible(around, (work) => runTrain(parsed, environment, progress, work));
    }
    case 'reproduce': {
      const progress = createTrialProgress(progressStream, parsed.options.quiet);
      const around = { ...environment, progress, stopping: 'Stopping; the current trial will run again.' };
      return interruptible(around, (work) => runReproduce(parsed, environment, progress, work));
    }
    case 'bench': {
      const progress = createBenchProgress(progressStream, parsed.options.quiet);
      const around = { ...environment, progress, stopping: 'Stopping after this run.' };
      return interruptible(around, (work) => runBench(parsed, environment, progress, work));
    }
    case 'conformance':
      return runConformance(parsed, environment);
    case 'predict':
      await check(parsed, environment);
      await (await environment.loadPredict())(parsed.options, stdout, environment.stderr);
      return exitCodes.success;
    case 'evaluate':
      await check(parsed, environment);
      await (await environment.loadEvaluate())(parsed.options, stdout, environment.stderr);
      return exitCodes.success;
    case 'calibrate':
      await check(parsed, environment);
      await (await environment.loadCalibrate())(parsed.options, stdout, environment.stderr);
      return exitCodes.success;
    case 'export':
      await check(parsed, environment);
      await (await environment.loadExport())(parsed.options, stdout);
      return exitCodes.success;
    case 'new-backend':
      await check(parsed, environment);
      await (await environment.loadNewBackend())(parsed.options, stdout);
      return exitCodes.success;
  }
}

/** Checks all files of the command before any is read or written. */
async function check(parsed: Parsed, { stdout, stderr }: Printing): Promise<void> {
  const streams = [
    { name: 'standard output', fd: stdout.fd },
    { name: 'standard error', fd: stderr.fd },
  ];
  await checkFiles({ ...(await commandFiles(parsed)), streams });
}

type Of<Kind extends Parsed['kind']> = Extract<Parsed, { readonly kind: Kind }>;

async function runConformance(parsed: Of<'conformance'>, environment: Printing): Promise<number> {
  const { stdout, stderr } = environment;
  const progress = { note: (line: string) => void stderr.write(`${line}\n`), stop: () => undefined };
  let held = false;
  const code = await interruptible({ ...environment, progress, stopping: 'Stopping.' }, async ({ signal }) => {
    await check(parsed, environment);
    const conformance = await environment.loadConformance();
    signal.throwIfAborted();
    const outcome = await conformance(parsed.options, stdout, stderr, signal);
    held = outcome.held;
    return outcome.interrupted;
  });
  return code === exitCodes.success && !held ? exitCodes.failure : code;
}

/** @returns whether it was interrupted, as the next two do. */
async function runTrain(
  parsed: Of<'train'>,
  environment: Printing,
  progress: Progress,
  { signal, finishing }: InterruptibleWork,
): Promise<boolean> {
  const { options } = parsed;
  await check(parsed, environment);
  const train = await environment.loadTrain();
  signal.throwIfAborted();
  const result = await train(options, progress, signal);
  finishing();
  // Plots are slow to load and are not needed earlier.
  const { renderReport } = await import('./report/renderReport.js');
  await writeOutput({ option: '--report', path: options.report }, renderReport(result));
  await writeJson(options.json, reportJson(result));
  environment.stdout.write(`${printSummary(result)}\nreport: ${options.report}\n`);
  return result.interrupted === true;
}

async function runReproduce(
  parsed: Of<'reproduce'>,
  environment: Printing,
  progress: TrialProgress,
  { signal, finishing }: InterruptibleWork,
): Promise<boolean> {
  const { options } = parsed;
  await makeDirectory({ option: '--output', path: options.output });
  await check(parsed, environment);
  const reproduce = await environment.loadReproduce();
  signal.throwIfAborted();
  const result = await reproduce(options, progress, signal);
  finishing();
  const { renderReproduction } = await import('./report/renderReproduction.js');
  const report: OutputPath =
    options.report === undefined
      ? { option: '--output', path: join(options.output, reproductionReport) }
      : { option: '--report', path: options.report };
  await writeOutput(report, renderReproduction(result));
  await writeJson(options.json, reproductionJson(result));
  environment.stdout.write(`${printReproduction(result)}\nreport: ${report.path}\n`);
  return result.interrupted;
}

async function runBench(
  parsed: Of<'bench'>,
  environment: Printing,
  progress: BenchProgress,
  { signal, finishing }: InterruptibleWork,
): Promise<boolean> {
  await check(parsed, environment);
  const bench = await environment.loadBench();
  signal.throwIfAborted();
  const result = await bench(parsed.options, progress, signal);
  finishing();
  environment.stdout.write(result.text);
  return result.interrupted;
}

async function writeJson(path: string | undefined, content: unknown): Promise<void> {
  if (path !== undefined) await writeOutput({ option: '--json', path }, `${JSON.stringify(content, null, 2)}\n`);
}

/** An error with a code is written for users. Any other error is a defect, and its stack helps to find it. */
function describeError(error: unknown, verbose: boolean): string {
  if (error instanceof VardropError) {
    // One line, whatever a file name or a foreign message contains.
    return verbose
      ? `${error.stack ?? error.message}\ncode: ${error.code}\n`
      : `${error.message.replaceAll('\n', '\\n')}\n`;
  }
  if (verbose && error instanceof Error) return `${error.stack}\n`;
  const message = error instanceof Error ? error.message : String(error);
  return `[vardrop] unexpected error: ${message}\nRun again with --verbose for the stack.\n`;
}

async function readVersion(): Promise<string> {
  const file = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
