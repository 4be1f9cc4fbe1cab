import { type TrainingState, VardropError } from '@vardrop/core';
import { loadCheckpoint } from '@vardrop/core/node';
import { parseArguments } from '../arguments.js';
import type { ImageDataset } from '../data/imageDataset.js';
import type { TrainOptions } from '../trainOptions.js';
import type { NetworkOptions } from './network.js';

/** The options that a training follows from step to step; epochs are not among them, so that a run can be extended. */
const decisive = [
  'noise',
  'alpha',
  'estimator',
  'divergence',
  'rate',
  'layers',
  'batch',
  'seed',
  'learningRate',
  'klWeight',
] as const;

/** Options that a checkpoint remembers beside them; others may be given. */
const remembered = [...decisive, 'epochs', 'samples', 'backend'] as const;

/** What a checkpoint of the command says of how it was made; `digest` is that of the data. */
export function checkpointMetadata(options: TrainOptions, data: ImageDataset, digest: string): Record<string, string> {
  return { ...Object.fromEntries(remembered.map((name) => [name, text(options[name])])), data: data.name, digest };
}

/** A training to go on with. */
export interface ResumedTraining {
  readonly state: TrainingState;
  /** Those that were given, and for the others those that the checkpoint was made with. */
  readonly options: TrainOptions;
  /**
   * @param digest of the data. They are known by it, not by where they lie: folders move, and other data may come to lie in them.
   * @throws VardropError `VARDROP_RESUME` for other data than the checkpoint was trained on.
   */
  checkData(data: ImageDataset, digest: string): void;
}

/**
 * Reads the checkpoint that a training goes on from.
 *
 * @throws VardropError `VARDROP_RESUME` naming the first option that was given and differs from the checkpoint's,
 * `VARDROP_CHECKPOINT_FOREIGN` for one that `vardrop train` has not written, or what `loadCheckpoint` throws.
 */
export async function resumeTraining(path: string, asked: TrainOptions): Promise<ResumedTraining> {
  const { state, metadata } = await loadCheckpoint(path);
  const made = optionsOf('[vardrop train] --resume', path, metadata);
  const taken = remembered.filter((name) => metadata[name] !== undefined && asked.given?.includes(name) === false);
  const options = { ...asked, ...Object.fromEntries(taken.map((name) => [name, made[name]])) };
  for (const name of decisive) {
    const was = metadata[name] ?? '';
    const is = text(options[name]);
    if (was !== is) {
      throw new VardropError(
        'VARDROP_RESUME',
        `[vardrop train] ${flag(name)}: got ${is || '(default)'}, needs ${was || '(default)'}, with which --resume ${path} was made. Leave the option out, or start anew.`,
      );
    }
  }
  return {
    state,
    options,
    checkData(data, digest) {
      if (metadata.digest === digest) return;
      throw new VardropError(
        'VARDROP_RESUME',
        `[vardrop train] --resume: got ${path}, which was trained on ${metadata.data || 'data that it does not tell'} (digest ${metadata.digest ?? 'none'}), needs ${data.name} (digest ${digest}), the data of this run. Give the --data that it was trained on, or start anew.`,
      );
    },
  };
}

/**
 * The options that shaped the network of a checkpoint, from its metadata.
 *
 * @throws VardropError `VARDROP_CHECKPOINT_FOREIGN` for metadata that the command has not written.
 */
export function networkOptions(path: string, metadata: Readonly<Record<string, string>>): NetworkOptions {
  return optionsOf('[vardrop export] --checkpoint', path, metadata);
}

/** The options that metadata tell of, read as the command line is; defaults for others. */
function optionsOf(who: string, path: string, metadata: Readonly<Record<string, string>>): TrainOptions {
  const words = remembered.flatMap((name) => (metadata[name] ? [`${flag(name)}=${metadata[name]}`] : []));
  let cause: unknown;
  if (metadata.noise && metadata.layers) {
    try {
      const parsed = parseArguments(['train', ...words], '');
      if (parsed.kind === 'train') return parsed.options;
    } catch (error) {
      cause = error;
    }
  }
  throw new VardropError(
    'VARDROP_CHECKPOINT_FOREIGN',
    `${who}: got ${path}, which does not say how its network was built, needs one that vardrop train has written. Choose another file.`,
    { cause },
  );
}

function text(value: TrainOptions[(typeof remembered)[number]]): string {
  return value === undefined ? '' : String(value);
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
