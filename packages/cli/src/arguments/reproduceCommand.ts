import { VardropError } from '@vardrop/core';
import type { Command } from 'commander';
import { sparsityModels } from '../choices.js';
import { oneOf, pathName } from '../optionValues.js';
import { experimentNames } from '../reproduce/experiments.js';
import { type ReproduceOptions, reproduceDefaults } from '../reproduceOptions.js';
import { createCommand } from './createCommand.js';

/** The options of `vardrop reproduce`; `take` gets them. */
export function reproduceCommand(take: (options: ReproduceOptions) => void): Command {
  const choices = [...experimentNames, 'all'] as const;
  const { command, option, add, ...shared } = createCommand(
    'reproduce',
    "Run the paper's experiments, and compare the results with the published figures.",
  );
  command.argument(
    '<experiment>',
    `which: ${choices.join(', ')}`,
    oneOf(option('experiment'), choices, 'VARDROP_UNKNOWN_EXPERIMENT'),
  );
  shared.addBackend(reproduceDefaults.backend);
  shared.addData('a folder of MNIST-format IDX files, gzipped or not');
  add(
    '--model <name>',
    `network of sparsity: ${sparsityModels.join(', ')}`,
    oneOf(option('--model'), sparsityModels, 'VARDROP_UNKNOWN_MODEL'),
    reproduceDefaults.model,
  );
  add(
    '--foreign <path>',
    'uncertainty: a folder of MNIST-format IDX files with images of other things, such as letters',
    pathName(option('--foreign'), 'a directory'),
  );
  add('--quick', 'minutes instead of hours: smaller networks, fewer repetitions');
  shared.addSeed(reproduceDefaults.seed);
  add(
    '--output <directory>',
    'where results are kept; an interrupted run continues from them',
    pathName(option('--output'), 'a directory'),
    reproduceDefaults.output,
  );
  add(
    '--report <file>',
    'where the report goes (default: report.html in the output directory)',
    pathName(option('--report'), 'a file'),
  );
  shared.addJson('the findings');
  shared.addQuiet('the tables');
  shared.addVerbose();
  return command.action((name: (typeof choices)[number], values: Partial<ReproduceOptions>) => {
    const chosen = name === 'all' ? experimentNames : [name];
    if (command.getOptionValueSource('model') === 'cli' && !chosen.includes('sparsity')) {
      throw new VardropError(
        'VARDROP_OPTION_CLASH',
        `${option('--model')}: got it with ${name}, needs the experiment sparsity, which alone has several networks. Leave it out.`,
      );
    }
    if (values.foreign !== undefined && !chosen.includes('uncertainty')) {
      throw new VardropError(
        'VARDROP_OPTION_CLASH',
        `${option('--foreign')}: got it with ${name}, needs the experiment uncertainty. Leave it out.`,
      );
    }
    take({ ...reproduceDefaults, ...values, experiments: chosen });
  });
}
