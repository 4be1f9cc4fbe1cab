import { Command } from 'commander';
import { backends } from '../choices.js';
import { oneOf, optionOf, pathName, wholeNumber } from '../optionValues.js';
import { experimentNames } from '../reproduce/experiments.js';
import { type ReproduceOptions, reproduceDefaults } from '../reproduceOptions.js';
import { adder } from './adder.js';

/** The options of `vardrop reproduce`; `take` gets them. */
export function reproduceCommand(take: (options: ReproduceOptions) => void): Command {
  const option = (name: string) => optionOf('reproduce', name);
  const choices = [...experimentNames, 'all'] as const;
  const command = new Command('reproduce')
    .description("Run the paper's experiments, and set what they give beside the published figures.")
    .helpOption('-h, --help', 'print this help')
    .argument(
      '<experiment>',
      `which: ${choices.join(', ')}`,
      oneOf(option('experiment'), choices, 'VARDROP_UNKNOWN_EXPERIMENT'),
    )
    .allowExcessArguments(false);
  const add = adder(command);
  add(
    '--backend <name>',
    `what computes: ${backends.join(', ')}`,
    oneOf(option('--backend'), backends, 'VARDROP_UNKNOWN_BACKEND'),
    reproduceDefaults.backend,
  );
  add(
    '--data <directory>',
    'MNIST-format IDX files, gzipped or not (default: 10,000 embedded MNIST digits)',
    pathName(option('--data'), 'a directory'),
  );
  add('--quick', 'minutes instead of hours: smaller networks, fewer repetitions');
  add(
    '--seed <number>',
    'seed of weights, order and noise; the test split never depends on it',
    wholeNumber(option('--seed'), 0, 2 ** 32 - 1, 1),
    reproduceDefaults.seed,
  );
  add(
    '--output <directory>',
    'where results are kept; a run that was interrupted goes on from them',
    pathName(option('--output'), 'a directory'),
    reproduceDefaults.output,
  );
  add(
    '--report <file>',
    'where the report goes (default: report.html in the output directory)',
    pathName(option('--report'), 'a file'),
  );
  add('--json <file>', 'write the findings as JSON, too', pathName(option('--json'), 'a file'));
  add('--quiet', 'no progress, only the tables');
  add('--verbose', 'print the stack of errors');
  return command.action((name: (typeof choices)[number], values: Partial<ReproduceOptions>) => {
    take({ ...reproduceDefaults, ...values, experiments: name === 'all' ? experimentNames : [name] });
  });
}
