import { VardropError } from '@vardrop/core';
import type { Command } from 'commander';
import { alphas, divergences, estimators, noises } from '../choices.js';
import { layerExamples, readLayers } from '../layers/layerPlan.js';
import { decimal, oneOf, pathName, wholeNumber } from '../optionValues.js';
import { defaultTrialsFile, type TrainOptions, tableDefaults, trainDefaults } from '../trainOptions.js';
import { createCommand } from './createCommand.js';

/** What `--data` takes. */
const dataKinds =
  'a table (CSV, Parquet), a folder of images with a folder for each class, or a folder of MNIST-format IDX files';

/** Largest value of counts that set array sizes, far below the limit of float32 indices. */
const largestCount = 1_000_000;

/** The rank of `--swag` without a number. */
const swagRank = 20;

/** Reads a precision, or `auto`. */
function precision(option: string): (text: string) => number | 'auto' {
  const read = decimal(option, (value) => value > 0, 'a number greater than 0, or auto', 1);
  return (text) => (text === 'auto' ? 'auto' : read(text));
}

/** Options that train several networks or average over one: those beside which they have no meaning, and why. */
const several = {
  compare: {
    beside: ['noise', 'alpha', 'estimator', 'divergence', 'checkpoint', 'network', 'resume', 'folds', 'trials'],
    why: 'trains several noise models with their own choices',
  },
  folds: { beside: ['checkpoint', 'network', 'resume', 'trials'], why: 'trains a network for each fold' },
  ensemble: {
    beside: ['checkpoint', 'resume', 'compare', 'folds', 'swag', 'laplace'],
    why: 'trains several networks, which have no other posterior',
  },
  swag: {
    beside: ['checkpoint', 'resume', 'laplace'],
    why: 'keeps what it averages in memory, and a network has one posterior',
  },
  trials: { beside: ['alpha', 'estimator', 'divergence', 'rate', 'resume'], why: 'chooses the noise, and trains anew' },
} as const;

/** Throws `VARDROP_OPTION_CLASH` if an option would have no effect. */
function refuseBesideSeveral(command: Command, given: readonly string[]): void {
  for (const [name, { beside, why }] of Object.entries(several)) {
    const other = given.includes(name) ? beside.find((each) => given.includes(each)) : undefined;
    if (other === undefined) continue;
    throw new VardropError(
      'VARDROP_OPTION_CLASH',
      `[vardrop train] --${name}: got --${other} as well, needs to be without it, since it ${why}. Leave out one of the two.`,
    );
  }
  if (given.includes('trialsFile') && !given.includes('trials')) {
    throw new VardropError('VARDROP_OPTION_CLASH', `[vardrop train] --trials-file: got it alone, needs --trials.`);
  }
  if (command.args.length > 0 && given.includes('data')) {
    throw new VardropError(
      'VARDROP_OPTION_CLASH',
      `[vardrop train] --data: got ${command.args[0]} as well, needs the data once. Leave out one of the two.`,
    );
  }
}

/** The options of `vardrop train`; `take` gets them. */
export function trainCommand(take: (options: TrainOptions) => void): Command {
  const { command, option, add, ...shared } = createCommand(
    'train',
    'Train a network with dropout noise on a table or on images, measure it on the test rows, write a report.',
  );
  command.argument('[data]', `${dataKinds}; the same as --data`, pathName(option('data'), 'a file or a directory'));
  const fromModel = "default: the noise model's own";
  shared.addBackend(trainDefaults.backend);
  add(
    '--noise <model>',
    `noise model: ${noises.join(', ')}`,
    oneOf(option('--noise'), noises, 'VARDROP_UNKNOWN_NOISE'),
    trainDefaults.noise,
  );
  add(
    '--alpha <scope>',
    `what one alpha (or learned rate) belongs to: ${alphas.join(', ')} (${fromModel})`,
    oneOf(option('--alpha'), alphas, 'VARDROP_UNKNOWN_ALPHA'),
  );
  add(
    '--estimator <name>',
    `how weight noise is sampled: ${estimators.join(', ')} (${fromModel})`,
    oneOf(option('--estimator'), estimators, 'VARDROP_UNKNOWN_ESTIMATOR'),
  );
  add(
    '--divergence <name>',
    `form of the KL term: ${divergences.join(', ')} (${fromModel})`,
    oneOf(option('--divergence'), divergences, 'VARDROP_UNKNOWN_DIVERGENCE'),
  );
  add(
    '--rate <p>',
    `dropout rate p in [0, 1), fixed or initial (${fromModel})`,
    decimal(option('--rate'), (value) => value >= 0 && value < 1, 'a dropout rate p with 0 <= p < 1', 0.5),
  );
  add(
    '--layers <layers>',
    `units of each hidden layer (tables: ${tableDefaults.layers}); or layers: ${layerExamples}; or a JSON file that describes them`,
    readLayers(option('--layers'), largestCount),
    trainDefaults.layers,
  );
  add(
    '--epochs <count>',
    `passes over the data (tables: ${tableDefaults.epochs})`,
    wholeNumber(option('--epochs'), 1, largestCount, 20),
    trainDefaults.epochs,
  );
  add(
    '--batch <count>',
    `rows per minibatch (tables: ${tableDefaults.batch})`,
    wholeNumber(option('--batch'), 1, largestCount, 100),
    trainDefaults.batch,
  );
  add(
    '--learning-rate <rate>',
    `Adam's step size (tables: ${tableDefaults.learningRate})`,
    decimal(option('--learning-rate'), (value) => value > 0, 'a number greater than 0', trainDefaults.learningRate),
    trainDefaults.learningRate,
  );
  add(
    '--kl-weight <weight>',
    "weight of the KL term: 1 is the paper's bound, 0.333 its variant A2",
    decimal(option('--kl-weight'), (value) => value >= 0, 'a number that is not negative', trainDefaults.klWeight),
    trainDefaults.klWeight,
  );
  shared.addSeed(trainDefaults.seed);
  add(
    '--samples <count>',
    'Monte-Carlo samples of the test predictive',
    wholeNumber(option('--samples'), 1, largestCount, trainDefaults.samples),
    trainDefaults.samples,
  );
  shared.addData(dataKinds);
  shared.addColumns();
  add('--report <file>', 'where the report goes', pathName(option('--report'), 'a file'), trainDefaults.report);
  shared.addJson('the summary');
  add(
    '--log <file>',
    'write a line of JSON after each epoch; a file with lines is refused, unless --resume continues it',
    pathName(option('--log'), 'a file'),
  );
  add(
    '--network <file>',
    'save the network here, for predict, evaluate and export',
    pathName(option('--network'), 'a file'),
  );
  add(
    '--checkpoint <file>',
    'save the state here after each epoch, to resume',
    pathName(option('--checkpoint'), 'a file'),
  );
  add('--resume <file>', 'continue from this checkpoint, with its options', pathName(option('--resume'), 'a file'));
  add(
    '--folds <count>',
    'cross-validate a table: a network for each fold',
    wholeNumber(option('--folds'), 2, largestCount, 5),
  );
  add(
    '--ensemble <members>',
    'train so many networks from seeds one after the other, and average over them',
    wholeNumber(option('--ensemble'), 2, 1000, 5),
  );
  add(
    '--swag [rank]',
    'average over a Gaussian around the ends of the epochs, from the middle of the training on (default: 20 directions)',
    wholeNumber(option('--swag'), 2, 1000, swagRank),
  );
  add(
    '--laplace [precision]',
    "average over a Gaussian of the last layer's weights: its prior's precision (default: the most probable one)",
    precision(option('--laplace')),
  );
  add(
    '--trials <count>',
    'first search noise, KL weight and learning rate at random, by validation NLL',
    wholeNumber(option('--trials'), 1, largestCount, 20),
  );
  add(
    '--trials-file <file>',
    `where the search keeps its results, and goes on from them (default: ${defaultTrialsFile})`,
    pathName(option('--trials-file'), 'a file'),
  );
  add('--compare', "train the noise models of the paper's figure 1 side by side");
  shared.addQuiet('the summary');
  shared.addVerbose();
  return command.action((path: string | undefined, values: TrainOptions) => {
    const given = Object.keys(values).filter((name) => command.getOptionValueSource(name) === 'cli');
    refuseBesideSeveral(command, given);
    const ofTable = values.target === undefined ? [] : Object.entries(tableDefaults);
    take({
      ...trainDefaults,
      ...values,
      ...Object.fromEntries(ofTable.filter(([name]) => !given.includes(name))),
      // Without a value commander says true.
      ...((values.swag as unknown) === true && { swag: swagRank }),
      ...((values.laplace as unknown) === true && { laplace: 'auto' as const }),
      ...(path !== undefined && { data: path }),
      ...((values.resume !== undefined || values.trials !== undefined) && { given }),
    });
  });
}
