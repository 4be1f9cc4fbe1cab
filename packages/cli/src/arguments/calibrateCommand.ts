import { VardropError } from '@vardrop/core';
import type { Command } from 'commander';
import { calibrationMethods, conformalScores, selectiveMeasures } from '../choices.js';
import { decimal, oneOf, pathName } from '../optionValues.js';
import { type NetworkCommandOptions, networkCommand } from './predictCommand.js';

/** Options of `vardrop calibrate`. */
export interface CalibrateCommandOptions extends NetworkCommandOptions {
  readonly method: (typeof calibrationMethods)[number];
  /** Where the calibrated network goes. */
  readonly output: string;
  /** The probability that a set or an interval is to hold the target with, or that a row is to be accepted with. */
  readonly coverage?: number;
  /** How sets and intervals are made. Default: that of the targets. */
  readonly score?: (typeof conformalScores)[number];
  readonly byClass?: boolean;
  readonly randomized?: boolean;
  /** What rows are accepted by. Default: that of the targets. */
  readonly measure?: (typeof selectiveMeasures)[number];
}

/** Which methods take an option. */
const takenBy: Readonly<Record<string, readonly CalibrateCommandOptions['method'][]>> = {
  coverage: ['conformal', 'selective'],
  score: ['conformal'],
  byClass: ['conformal'],
  randomized: ['conformal'],
  measure: ['selective'],
};

/** The options of `vardrop calibrate`; `take` gets them. */
export function calibrateCommand(take: (options: CalibrateCommandOptions) => void): Command {
  const { command, option, add, addVerbose } = networkCommand(
    'calibrate',
    'Calibrate a trained network with rows that it was not trained on, and write a network that predicts with sets, intervals or better probabilities.',
  );
  add(
    '--method <name>',
    'conformal: sets or intervals that hold the target with a given probability; selective: which rows are sure enough; temperature, isotonic: better probabilities',
    oneOf(option('--method'), calibrationMethods, 'VARDROP_UNKNOWN_METHOD'),
    'conformal',
  );
  add(
    '--coverage <probability>',
    'conformal: of the targets in their sets or intervals; selective: of the accepted rows (default: 0.9)',
    decimal(option('--coverage'), (value) => value > 0 && value < 1, 'a probability between 0 and 1', 0.9),
  );
  add(
    '--score <name>',
    `conformal: ${conformalScores.join(', ')} (default: threshold for classes, scaled for numbers)`,
    oneOf(option('--score'), conformalScores, 'VARDROP_UNKNOWN_SCORE'),
  );
  add('--by-class', 'conformal: the coverage holds for each class by itself');
  add('--randomized', 'conformal: aps and raps leave out the last class of a set at random, for smaller sets');
  add(
    '--measure <name>',
    `selective: ${selectiveMeasures.join(', ')} (default: entropy for classes, variance for numbers)`,
    oneOf(option('--measure'), selectiveMeasures, 'VARDROP_UNKNOWN_MEASURE'),
  );
  add('--output <file>', 'where the calibrated network goes', pathName(option('--output'), 'a file'));
  addVerbose();
  return command.action((network: string, data: string, values: Omit<CalibrateCommandOptions, 'network' | 'data'>) => {
    if (values.output === undefined) {
      throw new VardropError(
        'VARDROP_MISSING_VALUE',
        `${option('--output')}: got nothing, needs a file. See vardrop calibrate --help.`,
      );
    }
    for (const [name, methods] of Object.entries(takenBy)) {
      if (values[name as keyof typeof values] === undefined || methods.includes(values.method)) continue;
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw new VardropError(
        'VARDROP_OPTION_CLASH',
        `${option(flag)}: got it with --method ${values.method}, needs --method ${methods.join(' or ')}. Leave it out, or choose another method.`,
      );
    }
    take({ ...values, verbose: values.verbose ?? false, network, data });
  });
}
