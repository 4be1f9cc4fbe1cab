import { VardropError } from '@vardrop/core';
import type { Command } from 'commander';
import { decimal, oneOf, pathName } from '../optionValues.js';
import { createCommand } from './createCommand.js';

/** What an exported file computes; listed here so that the exporter need not be loaded. */
const exportKinds = ['mean', 'moments', 'sample'] as const;

/** Versions of the ONNX operator set that can be written. */
const opsets = ['17', '18'] as const;

/** How weights are stored. */
const weightFormats = ['float32', 'float16', 'int8'] as const;

/** Options of `vardrop export`. */
export interface ExportCommandOptions {
  /** A checkpoint that `vardrop train` has written, or a network file. */
  readonly checkpoint: string;
  /** Where the ONNX file goes. */
  readonly output: string;
  readonly kind: (typeof exportKinds)[number];
  /** Weights with log α of at least this are removed. Default: none are removed. */
  readonly prune?: number;
  /** For kind `sample`. Default: that of the exporter. */
  readonly opset?: 17 | 18;
  /** Default: `float32`. */
  readonly weights?: (typeof weightFormats)[number];
  /** Whether zeros are left out where that saves bytes. */
  readonly sparse?: boolean;
  readonly verbose: boolean;
}

/** The options of `vardrop export`; `take` gets them. */
export function exportCommand(take: (options: ExportCommandOptions) => void): Command {
  const { command, option, add, addVerbose } = createCommand(
    'export',
    'Write a trained network as a standalone ONNX file, for any ONNX Runtime.',
  );
  add(
    '--checkpoint <file>',
    'the trained network: a checkpoint or a network file',
    pathName(option('--checkpoint'), 'a file'),
  );
  add('--output <file>', 'where the ONNX file goes', pathName(option('--output'), 'a file'));
  add(
    '--kind <kind>',
    `what it computes: ${exportKinds.join(', ')}`,
    oneOf(option('--kind'), exportKinds, 'VARDROP_UNKNOWN_KIND'),
    'mean',
  );
  add(
    '--prune <threshold>',
    'remove weights with log α of at least this (3 is usual), and units that become dead',
    decimal(option('--prune'), (value) => Number.isFinite(value), 'a number, the natural logarithm of α', 3),
  );
  add(
    '--opset <version>',
    `version of ONNX's operators for samples: ${opsets.join(', ')} (default: 18; 17 is slow)`,
    (text) => Number(oneOf(option('--opset'), opsets, 'VARDROP_INVALID_OPTION')(text)),
  );
  add(
    '--weights <format>',
    `how weights are stored: ${weightFormats.join(', ')} (default: float32)`,
    oneOf(option('--weights'), weightFormats, 'VARDROP_INVALID_OPTION'),
  );
  add('--sparse', 'leave out weights that are 0, as after pruning; the runtime puts them back when it loads the file');
  addVerbose();
  return command.action((values: Partial<ExportCommandOptions> & Pick<ExportCommandOptions, 'kind'>) => {
    const { checkpoint, output } = values;
    if (checkpoint === undefined || output === undefined) {
      throw new VardropError(
        'VARDROP_MISSING_VALUE',
        `${option(checkpoint === undefined ? '--checkpoint' : '--output')}: got nothing, needs a file. See vardrop export --help.`,
      );
    }
    take({ verbose: false, ...values, checkpoint, output });
  });
}
