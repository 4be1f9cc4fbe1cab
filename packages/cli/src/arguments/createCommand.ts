import { Command, Option } from 'commander';
import { otherBackends, readBackend } from '../backends/backendTarget.js';
import { backends, likelihoods } from '../choices.js';
import { columnNames, oneOf, optionOf, pathName, wholeNumber } from '../optionValues.js';

/** A command, with functions that add options to it. */
export interface CommandParts {
  readonly command: Command;
  /** An option's name as in errors, `[vardrop train] --epochs`. */
  option(name: string): string;
  /** Adds an option: its flags, description, reader and default. */
  add(flags: string, what: string, read?: (text: string) => unknown, fallback?: unknown): void;
  addBackend(fallback: string): void;
  /** @param what it reads. */
  addData(what: string): void;
  /** What columns of a table are for. */
  addColumns(): void;
  addSeed(fallback: number): void;
  /** @param what is written, such as `the summary`. */
  addJson(what: string): void;
  /** @param only what is printed still. */
  addQuiet(only: string): void;
  addVerbose(): void;
}

/** Creates a command of `vardrop` with no options but `--help`. */
export function createCommand(name: string, description: string): CommandParts {
  const command = new Command(name)
    .description(description)
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false);
  const option = (of: string) => optionOf(name, of);
  const add: CommandParts['add'] = (flags, what, read, fallback) => {
    const added = new Option(flags, what);
    if (read !== undefined) added.argParser(read);
    if (fallback !== undefined) added.default(fallback, String(fallback));
    command.addOption(added);
  };
  return {
    command,
    option,
    add,
    addBackend: (fallback) =>
      add(
        '--backend <name>',
        `what computes: ${backends.join(', ')}, ${otherBackends}`,
        readBackend(option('--backend')),
        fallback,
      ),
    addData: (what) =>
      add(
        '--data <path>',
        `${what} (default: 10,000 embedded MNIST digits)`,
        pathName(option('--data'), 'a file or a directory'),
      ),
    addColumns: () => {
      add('--target <columns>', 'column of the table to predict, or several: a,b', columnNames(option('--target')));
      add(
        '--likelihood <name>',
        `what targets are: ${likelihoods.join(', ')} (default: by their values)`,
        oneOf(option('--likelihood'), likelihoods, 'VARDROP_UNKNOWN_LIKELIHOOD'),
      );
      add('--exclude <columns>', 'columns to leave aside, such as numbers of rows', columnNames(option('--exclude')));
      add('--weights <column>', 'column with the weights of rows', pathName(option('--weights'), 'a column'));
    },
    addSeed: (fallback) =>
      add(
        '--seed <number>',
        'seed of weights, order and noise; the test split never depends on it',
        wholeNumber(option('--seed'), 0, 2 ** 32 - 1, 1),
        fallback,
      ),
    addJson: (what) => add('--json <file>', `write ${what} as JSON, too`, pathName(option('--json'), 'a file')),
    addQuiet: (only) => add('--quiet', `no progress, only ${only}`),
    addVerbose: () => add('--verbose', 'print the stack of errors'),
  };
}
