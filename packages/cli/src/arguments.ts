import { Command, CommanderError } from 'commander';
import { type BenchCommandOptions, benchCommand } from './arguments/benchCommand.js';
import { type CalibrateCommandOptions, calibrateCommand } from './arguments/calibrateCommand.js';
import { type ConformanceCommandOptions, conformanceCommand } from './arguments/conformanceCommand.js';
import { type ExportCommandOptions, exportCommand } from './arguments/exportCommand.js';
import { type NewBackendOptions, newBackendCommand } from './arguments/newBackendCommand.js';
import {
  type EvaluateCommandOptions,
  evaluateCommand,
  type PredictCommandOptions,
  predictCommand,
} from './arguments/predictCommand.js';
import { reproduceCommand } from './arguments/reproduceCommand.js';
import { trainCommand } from './arguments/trainCommand.js';
import { usageError } from './arguments/usageError.js';
import type { ReproduceOptions } from './reproduceOptions.js';
import type { TrainOptions } from './trainOptions.js';

/** The parsed command line: a command with its options, or text to print. */
export type ParsedArguments =
  | { readonly kind: 'train'; readonly options: TrainOptions }
  | { readonly kind: 'reproduce'; readonly options: ReproduceOptions }
  | { readonly kind: 'conformance'; readonly options: ConformanceCommandOptions }
  | { readonly kind: 'predict'; readonly options: PredictCommandOptions }
  | { readonly kind: 'evaluate'; readonly options: EvaluateCommandOptions }
  | { readonly kind: 'calibrate'; readonly options: CalibrateCommandOptions }
  | { readonly kind: 'export'; readonly options: ExportCommandOptions }
  | { readonly kind: 'bench'; readonly options: BenchCommandOptions }
  | { readonly kind: 'new-backend'; readonly options: NewBackendOptions }
  | { readonly kind: 'print'; readonly text: string };

/**
 * Reads the command line of `vardrop`.
 *
 * @param words the arguments after the program's name.
 * @param version what `--version` prints.
 * @throws VardropError `VARDROP_UNKNOWN_COMMAND`, `VARDROP_UNKNOWN_OPTION`, `VARDROP_MISSING_VALUE`,
 * `VARDROP_EXCESS_ARGUMENT`, `VARDROP_UNKNOWN_BACKEND`, `VARDROP_UNKNOWN_NOISE`, `VARDROP_UNKNOWN_ALPHA`,
 * `VARDROP_UNKNOWN_ESTIMATOR`, `VARDROP_UNKNOWN_DIVERGENCE`, `VARDROP_UNKNOWN_LAW`, `VARDROP_UNKNOWN_EXPERIMENT`, `VARDROP_REPLAY`,
 * `VARDROP_OPTION_CLASH`, `VARDROP_UNKNOWN_METHOD`, `VARDROP_UNKNOWN_SCORE`, `VARDROP_UNKNOWN_MEASURE`, `VARDROP_UNKNOWN_KIND` or `VARDROP_INVALID_OPTION`: all of them usage errors.
 */
export function parseArguments(words: readonly string[], version: string): ParsedArguments {
  let printed = '';
  let parsed: ParsedArguments | undefined;
  const quietly = (command: Command): Command =>
    command.exitOverride().configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      // The text of an error arrives with the CommanderError as well.
      writeErr: () => {},
    });
  const program = quietly(new Command('vardrop'))
    .description(
      'Variational dropout and the local reparametrization trick: train networks that know what they do not know.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command');
  const commands = [
    trainCommand((options) => {
      parsed = { kind: 'train', options };
    }),
    predictCommand((options) => {
      parsed = { kind: 'predict', options };
    }),
    evaluateCommand((options) => {
      parsed = { kind: 'evaluate', options };
    }),
    calibrateCommand((options) => {
      parsed = { kind: 'calibrate', options };
    }),
    reproduceCommand((options) => {
      parsed = { kind: 'reproduce', options };
    }),
    conformanceCommand((options) => {
      parsed = { kind: 'conformance', options };
    }),
    exportCommand((options) => {
      parsed = { kind: 'export', options };
    }),
    benchCommand((options) => {
      parsed = { kind: 'bench', options };
    }),
    newBackendCommand((options) => {
      parsed = { kind: 'new-backend', options };
    }),
  ];
  for (const command of commands) program.addCommand(quietly(command));
  try {
    if (words.length === 0) program.outputHelp();
    else program.parse([...words], { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (cause.exitCode !== 0) {
      throw usageError(cause, words, program.commands);
    }
  }
  return parsed ?? { kind: 'print', text: printed };
}
