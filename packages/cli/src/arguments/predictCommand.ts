import { VardropError } from '@vardrop/core';
import type { Command } from 'commander';
import { pathName, wholeNumber } from '../optionValues.js';
import { trainDefaults } from '../trainOptions.js';
import { createCommand } from './createCommand.js';

/** Options that commands share which read a network and rows. */
export interface NetworkCommandOptions {
  /** A file that `vardrop train --network` or `network.save` has written. */
  readonly network: string;
  /** A table, a folder of images, or of IDX files, whose test images are taken. */
  readonly data: string;
  /** A name, the path of a module, or a package. */
  readonly backend: string;
  /** Monte-Carlo samples. */
  readonly samples: number;
  /** Seed of the noise. */
  readonly seed: number;
  readonly verbose: boolean;
}

/** Options of `vardrop predict`. */
export interface PredictCommandOptions extends NetworkCommandOptions {
  /** Where the predictions go, as CSV. */
  readonly output: string;
}

/** Options of `vardrop evaluate`. */
export interface EvaluateCommandOptions extends NetworkCommandOptions {
  /** Where the measures go as JSON. Default: nowhere. */
  readonly json?: string;
}

/** A command that reads a network and rows. */
export function networkCommand(name: 'predict' | 'evaluate' | 'calibrate', description: string) {
  const parts = createCommand(name, description);
  const { command, option, add } = parts;
  command.argument(
    '<network>',
    'a file that vardrop train --network has written',
    pathName(option('network'), 'a file'),
  );
  command.argument(
    '<data>',
    'rows for it: a table (CSV, Parquet), or a folder of images',
    pathName(option('data'), 'a file'),
  );
  parts.addBackend(trainDefaults.backend);
  add(
    '--samples <count>',
    'Monte-Carlo samples',
    wholeNumber(option('--samples'), 1, 1_000_000, trainDefaults.samples),
    trainDefaults.samples,
  );
  add('--seed <number>', 'seed of the noise', wholeNumber(option('--seed'), 0, 2 ** 32 - 1, 1), trainDefaults.seed);
  return parts;
}

/** The options of `vardrop predict`; `take` gets them. */
export function predictCommand(take: (options: PredictCommandOptions) => void): Command {
  const { command, option, add, addVerbose } = networkCommand(
    'predict',
    'Predict the rows of a table, or images, with a trained network, and write predictions with their uncertainty.',
  );
  add('--output <file>', 'where the predictions go, as CSV', pathName(option('--output'), 'a file'));
  addVerbose();
  return command.action((network: string, data: string, values: Omit<PredictCommandOptions, 'network' | 'data'>) => {
    if (values.output === undefined) {
      throw new VardropError(
        'VARDROP_MISSING_VALUE',
        `${option('--output')}: got nothing, needs a file. See vardrop predict --help.`,
      );
    }
    take({ ...values, verbose: values.verbose ?? false, network, data });
  });
}

/** The options of `vardrop evaluate`; `take` gets them. */
export function evaluateCommand(take: (options: EvaluateCommandOptions) => void): Command {
  const { command, addJson, addVerbose } = networkCommand(
    'evaluate',
    'Measure a trained network on rows with targets, or on images in folders of their classes.',
  );
  addJson('the measures');
  addVerbose();
  return command.action((network: string, data: string, values: Omit<EvaluateCommandOptions, 'network' | 'data'>) =>
    take({ ...values, verbose: values.verbose ?? false, network, data }),
  );
}
