import { VardropError } from '@vardrop/core';
import { Command, CommanderError, Option } from 'commander';
import { alphas, backends, divergences, estimators, noises } from './choices.js';
import { decimal, oneOf, pathName, wholeNumber, wholeNumbers } from './optionValues.js';
import { type TrainOptions, trainDefaults } from './trainOptions.js';

/** What a command line asks for: a training, or text to print. */
export type ParsedArguments =
  | { readonly kind: 'train'; readonly options: TrainOptions }
  | { readonly kind: 'print'; readonly text: string };

/** Largest value of counts that size arrays, well below what float32 indexing can carry. */
const largestCount = 1_000_000;

/**
 * Reads the command line of `vardrop`.
 *
 * @param words the arguments after the program's name.
 * @param version what `--version` prints.
 * @throws VardropError `VARDROP_UNKNOWN_COMMAND`, `VARDROP_UNKNOWN_OPTION`, `VARDROP_MISSING_VALUE`,
 * `VARDROP_EXCESS_ARGUMENT`, `VARDROP_UNKNOWN_BACKEND`, `VARDROP_UNKNOWN_NOISE`, `VARDROP_UNKNOWN_ALPHA`,
 * `VARDROP_UNKNOWN_ESTIMATOR`, `VARDROP_UNKNOWN_DIVERGENCE`, `VARDROP_OPTION_CLASH` or `VARDROP_INVALID_OPTION`: all of
 * them usage errors.
 */
export function parseArguments(words: readonly string[], version: string): ParsedArguments {
  let printed = '';
  let options: TrainOptions | undefined;
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
  program.addCommand(
    quietly(trainCommand()).action((values: TrainOptions, command: Command) => {
      if (values.compare) refuseBesideCompare(command);
      options = { ...trainDefaults, ...values };
    }),
  );
  try {
    if (words.length === 0) program.outputHelp();
    else program.parse([...words], { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    if (cause.exitCode !== 0) throw usageError(cause, words);
  }
  return options === undefined ? { kind: 'print', text: printed } : { kind: 'train', options };
}

/** What `--compare` decides itself, or has no single network for. */
const besideCompare = ['noise', 'alpha', 'estimator', 'divergence', 'checkpoint', 'resume'] as const;

/** Throws `VARDROP_OPTION_CLASH` rather than leave an option without effect. */
function refuseBesideCompare(command: Command): void {
  const given = besideCompare.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  throw new VardropError(
    'VARDROP_OPTION_CLASH',
    `[vardrop train] --compare: got --${given} as well, needs to be without it: it trains several noise models, each with its own choices. Leave out one of the two.`,
  );
}

function trainCommand(): Command {
  const command = new Command('train')
    .description('Train a classifier of images with dropout noise, measure it on the test images, write a report.')
    .helpOption('-h, --help', 'print this help')
    .allowExcessArguments(false);
  const add = (flags: string, what: string, read?: (text: string) => unknown, fallback?: unknown): void => {
    const option = new Option(flags, what);
    if (read !== undefined) option.argParser(read);
    if (fallback !== undefined) option.default(fallback, String(fallback));
    command.addOption(option);
  };
  const fromModel = "default: the noise model's own";
  add(
    '--backend <name>',
    `what computes: ${backends.join(', ')}`,
    oneOf('--backend', backends, 'VARDROP_UNKNOWN_BACKEND'),
    trainDefaults.backend,
  );
  add(
    '--noise <model>',
    `noise model: ${noises.join(', ')}`,
    oneOf('--noise', noises, 'VARDROP_UNKNOWN_NOISE'),
    trainDefaults.noise,
  );
  add(
    '--alpha <scope>',
    `what one alpha (or learned rate) stands for: ${alphas.join(', ')} (${fromModel})`,
    oneOf('--alpha', alphas, 'VARDROP_UNKNOWN_ALPHA'),
  );
  add(
    '--estimator <name>',
    `how weight noise is sampled: ${estimators.join(', ')} (${fromModel})`,
    oneOf('--estimator', estimators, 'VARDROP_UNKNOWN_ESTIMATOR'),
  );
  add(
    '--divergence <name>',
    `form of the KL term: ${divergences.join(', ')} (${fromModel})`,
    oneOf('--divergence', divergences, 'VARDROP_UNKNOWN_DIVERGENCE'),
  );
  add(
    '--rate <p>',
    `dropout rate p in [0, 1), fixed or to start from (${fromModel})`,
    decimal('--rate', (value) => value >= 0 && value < 1, 'a dropout rate p with 0 <= p < 1', 0.5),
  );
  add('--layers <units>', 'units of each hidden layer', wholeNumbers('--layers', largestCount), trainDefaults.layers);
  add('--epochs <count>', 'passes over the data', wholeNumber('--epochs', 1, largestCount, 20), trainDefaults.epochs);
  add('--batch <count>', 'images a minibatch', wholeNumber('--batch', 1, largestCount, 100), trainDefaults.batch);
  add(
    '--learning-rate <rate>',
    "Adam's step size",
    decimal('--learning-rate', (value) => value > 0, 'a number greater than 0', trainDefaults.learningRate),
    trainDefaults.learningRate,
  );
  add(
    '--kl-weight <weight>',
    "weight of the KL term: 1 is the paper's bound, 0.333 its variant A2",
    decimal('--kl-weight', (value) => value >= 0, 'a number that is not negative', trainDefaults.klWeight),
    trainDefaults.klWeight,
  );
  add(
    '--seed <number>',
    'seed of weights, order and noise; the test split never depends on it',
    wholeNumber('--seed', 0, 2 ** 32 - 1, 1),
    trainDefaults.seed,
  );
  add(
    '--samples <count>',
    'Monte-Carlo samples of the test predictive',
    wholeNumber('--samples', 1, largestCount, trainDefaults.samples),
    trainDefaults.samples,
  );
  add(
    '--data <directory>',
    'MNIST-format IDX files, gzipped or not (default: 10,000 embedded MNIST digits)',
    pathName('--data', 'a directory'),
  );
  add('--report <file>', 'where the report goes', pathName('--report', 'a file'), trainDefaults.report);
  add('--json <file>', 'write the summary as JSON, too', pathName('--json', 'a file'));
  add('--checkpoint <file>', 'save the trained network here', pathName('--checkpoint', 'a file'));
  add('--resume <file>', 'go on from this checkpoint', pathName('--resume', 'a file'));
  add('--compare', "train the noise models of the paper's figure 1 side by side");
  add('--quiet', 'no progress, only the summary');
  add('--verbose', 'print the stack of errors');
  return command;
}

/** Turns what commander reports (`error: unknown option '--epoch'\n(Did you mean --epochs?)`) into a coded error. */
function usageError(error: CommanderError, words: readonly string[]): VardropError {
  const [headline, ...suggestions] = error.message.replace(/^error: /, '').split('\n');
  const who = words[0] === 'train' ? 'vardrop train' : 'vardrop';
  const suggestion = suggestions.map((line) => line.replace(/^\((.*)\)$/, '$1')).join(' ');
  const remedy = `${suggestion === '' ? '' : `${suggestion} `}See ${who} --help.`;
  const quoted = /'([^']*)'/.exec(headline)?.[1] ?? '';
  const fail = (code: string, what: string, got: string, needs: string): VardropError =>
    new VardropError(code, `[${who}] ${what}: got ${got}, needs ${needs}. ${remedy}`);
  switch (error.code) {
    case 'commander.unknownOption':
      return fail('VARDROP_UNKNOWN_OPTION', quoted, 'an option that does not exist', 'one that does');
    case 'commander.unknownCommand':
      return fail('VARDROP_UNKNOWN_COMMAND', 'command', `"${quoted}"`, 'train');
    // `vardrop help nonsense` prints the general help and asks for a failing exit code.
    case 'commander.help':
      return fail('VARDROP_UNKNOWN_COMMAND', 'help', `"${words.slice(1).join(' ')}"`, 'the name of a command: train');
    case 'commander.optionMissingArgument':
      return fail('VARDROP_MISSING_VALUE', quoted, 'no value', 'one');
    case 'commander.excessArguments':
      return fail(
        'VARDROP_EXCESS_ARGUMENT',
        'arguments',
        `"${words.slice(1).join(' ')}"`,
        'options and their values only',
      );
    default:
      return fail('VARDROP_USAGE', 'command line', headline, 'valid usage');
  }
}
