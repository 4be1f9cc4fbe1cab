import { VardropError } from '@vardrop/core';
import type { Command } from 'commander';
import { alphas, divergences, estimators, noises } from '../choices.js';
import { layerExamples, readLayers } from '../layers/layerPlan.js';
import { decimal, oneOf, pathName, wholeNumber } from '../optionValues.js';
import { type TrainOptions, trainDefaults } from '../trainOptions.js';
import { createCommand } from './createCommand.js';

/** Largest value of counts that set array sizes, far below the limit of float32 indices. */
const largestCount = 1_000_000;

/** Options that `--compare` sets itself, or that need a single network. */
const besideCompare = ['noise', 'alpha', 'estimator', 'divergence', 'checkpoint', 'resume'] as const;

/** Throws `VARDROP_OPTION_CLASH` if an option would have no effect. */
function refuseBesideCompare(command: Command): void {
  const given = besideCompare.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  throw new VardropError(
    'VARDROP_OPTION_CLASH',
    `[vardrop train] --compare: got --${given} as well, needs to be without it, since it trains several noise models with their own choices. Leave out one of the two.`,
  );
}

/** The options of `vardrop train`; `take` gets them. */
export function trainCommand(take: (options: TrainOptions) => void): Command {
  const { command, option, add, ...shared } = createCommand(
    'train',
    'Train a classifier of images with dropout noise, measure it on the test images, write a report.',
  );
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
    `units of each hidden layer; or layers: ${layerExamples}; or a JSON file that describes them`,
    readLayers(option('--layers'), largestCount),
    trainDefaults.layers,
  );
  add(
    '--epochs <count>',
    'passes over the data',
    wholeNumber(option('--epochs'), 1, largestCount, 20),
    trainDefaults.epochs,
  );
  add(
    '--batch <count>',
    'images per minibatch',
    wholeNumber(option('--batch'), 1, largestCount, 100),
    trainDefaults.batch,
  );
  add(
    '--learning-rate <rate>',
    "Adam's step size",
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
  shared.addData();
  add('--report <file>', 'where the report goes', pathName(option('--report'), 'a file'), trainDefaults.report);
  shared.addJson('the summary');
  add(
    '--log <file>',
    'write a line of JSON after each epoch; a file with lines is refused, unless --resume continues it',
    pathName(option('--log'), 'a file'),
  );
  add('--checkpoint <file>', 'save the network here, after each epoch', pathName(option('--checkpoint'), 'a file'));
  add('--resume <file>', 'continue from this checkpoint, with its options', pathName(option('--resume'), 'a file'));
  add('--compare', "train the noise models of the paper's figure 1 side by side");
  shared.addQuiet('the summary');
  shared.addVerbose();
  return command.action((values: TrainOptions) => {
    if (values.compare) refuseBesideCompare(command);
    const given = Object.keys(values).filter((name) => command.getOptionValueSource(name) === 'cli');
    take({ ...trainDefaults, ...values, ...(values.resume !== undefined && { given }) });
  });
}
