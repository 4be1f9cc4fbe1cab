import { load, type TrainingState, VardropError } from '@vardrop/core';
import { noises } from '../choices.js';
import { digestOf } from '../data/digestOf.js';
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

/** What a checkpoint of the command says of how it was made. */
export function checkpointMetadata(options: TrainOptions, data: ImageDataset): Record<string, string> {
  return { ...Object.fromEntries(decisive.map((name) => [name, text(options[name])])), ...dataMetadata(data) };
}

/** Which data it was: not where they lay, since folders move, and other data may come to lie in them. */
function dataMetadata(data: ImageDataset): { readonly data: string; readonly digest: string } {
  return { data: data.name, digest: digestOf(data) };
}

/**
 * The state in a checkpoint, if it was made with the same options on the same data.
 *
 * @throws VardropError `VARDROP_RESUME` naming the first option that differs, or the data, or what `load` throws.
 */
export async function resumeState(path: string, options: TrainOptions, data: ImageDataset): Promise<TrainingState> {
  const { state, metadata } = await load(path);
  for (const name of decisive) {
    const was = metadata[name] ?? '';
    const is = text(options[name]);
    if (was !== is) {
      throw new VardropError(
        'VARDROP_RESUME',
        `[vardrop train] --resume: got ${path}, which was made with ${flag(name)} ${was || '(default)'}, needs ${flag(name)} ${is || '(default)'}. Give the options that it was made with, or start anew.`,
      );
    }
  }
  const own = dataMetadata(data);
  if (metadata.digest !== own.digest) {
    throw new VardropError(
      'VARDROP_RESUME',
      `[vardrop train] --resume: got ${path}, which was trained on ${metadata.data || 'data that it does not tell'} (digest ${metadata.digest ?? 'none'}), needs ${own.data} (digest ${own.digest}), the data of this run. Give the --data that it was trained on, or start anew.`,
    );
  }
  return state;
}

/**
 * The options that shaped the network of a checkpoint, from its metadata.
 *
 * @throws VardropError `VARDROP_CHECKPOINT_FOREIGN` for metadata that the command has not written.
 */
export function networkOptions(path: string, metadata: Readonly<Record<string, string>>): NetworkOptions {
  const layers = metadata.layers?.split(',').map(Number) ?? [];
  const rate = metadata.rate ? Number(metadata.rate) : undefined;
  const known = (noises as readonly (string | undefined)[]).includes(metadata.noise);
  if (!known || !layers.every((units) => Number.isInteger(units) && units > 0) || layers.length === 0) {
    throw new VardropError(
      'VARDROP_CHECKPOINT_FOREIGN',
      `[vardrop export] --checkpoint: got ${path}, which does not say how its network was built, needs one that vardrop train has written.`,
    );
  }
  const named = (name: 'alpha' | 'estimator' | 'divergence') => metadata[name] || undefined;
  return {
    noise: metadata.noise,
    alpha: named('alpha'),
    estimator: named('estimator'),
    divergence: named('divergence'),
    rate,
    layers,
  } as NetworkOptions;
}

function text(value: TrainOptions[(typeof decisive)[number]]): string {
  return value === undefined ? '' : String(value);
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
