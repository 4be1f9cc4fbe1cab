import type { Command } from 'commander';
import { otherBackends, readBackend } from '../backends/backendTarget.js';
import { backends } from '../choices.js';
import { decimal, invalidValue, oneOf, pathName, wholeNumber } from '../optionValues.js';
import { createCommand } from './createCommand.js';

/** Options of `vardrop bench`. */
export interface BenchCommandOptions {
  /** Names, paths of modules, or packages. Default: all of this command that compute in float32. */
  readonly backends?: readonly string[];
  readonly quick: boolean;
  /** Only the workloads with minibatches of these sizes. Default: all. */
  readonly batch?: readonly number[];
  /** Repetitions of each variant. The default depends on `quick`. */
  readonly repetitions?: number;
  /** Seconds for each backend and workload. The default depends on `quick`. */
  readonly budget?: number;
  /** Whether steps written with other libraries are timed too, if these are installed. */
  readonly peers: boolean;
  /** Where the report goes as JSON. */
  readonly json?: string;
  /** An earlier report to compare with. */
  readonly against?: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** The options of `vardrop bench`; `take` gets them. */
export function benchCommand(take: (options: BenchCommandOptions) => void): Command {
  const { command, option, add, ...shared } = createCommand(
    'bench',
    'Time every backend of this machine, and recommend one for each use.',
  );
  const readOne = readBackend(option('--backends'));
  add(
    '--backends <names>',
    `only these: A,B,… of ${backends.join(', ')}, ${otherBackends} (default: all but reference and your own)`,
    (text) => {
      const names = text.split(',').map((name) => readOne(name.trim()));
      if (new Set(names).size === names.length) return names;
      const needs = 'each backend once';
      throw invalidValue('VARDROP_INVALID_OPTION', option('--backends'), text, needs, 'Leave the second one out');
    },
  );
  add('--quick', 'three workloads, fewer repetitions: about two minutes instead of eight');
  const batchSize = oneOf(option('--batch'), ['1', '100', '1000'], 'VARDROP_INVALID_OPTION');
  add('--batch <sizes>', 'only minibatches of these sizes: some of 1,100,1000; 1000 is workload W', (text) =>
    text.split(',').map((size) => Number(batchSize(size.trim()))),
  );
  add(
    '--repetitions <count>',
    'runs of each variant, after warm-up (default: 20, quick: 7)',
    wholeNumber(option('--repetitions'), 1, 10_000, 20),
  );
  add(
    '--budget <seconds>',
    'time of a backend for one workload; slow ones get fewer runs (default: 12, quick: 8)',
    decimal(option('--budget'), (value) => value > 0 && value < 1e6, 'a number of seconds greater than 0', 12),
  );
  add('--no-peers', 'without the same step written with other libraries (tfjs by hand, jax-js)');
  shared.addJson('the results');
  add('--against <file>', 'compare with the JSON of an earlier run', pathName(option('--against'), 'a file'));
  shared.addQuiet('the tables');
  shared.addVerbose();
  return command.action((values: Partial<BenchCommandOptions>) => {
    take({ quick: false, peers: true, quiet: false, verbose: false, ...values });
  });
}
