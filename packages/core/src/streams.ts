import type { NoiseKey } from './backend/contract.js';
import type { Program } from './program/program.js';
import { foldIn } from './random/foldIn.js';
import { type Key, key } from './random/key.js';

/**
 * The purposes of random numbers. Each has a stream of its own, `foldIn(key(seed), purpose)`. So a longer training, for
 * instance, does not change the noise of predictions.
 */
export const streams = {
  initialize: 0,
  shuffle: 1,
  training: 2,
  prediction: 3,
  augmentation: 4,
  shuffleLater: 5,
  conformal: 6,
} as const;

/** The stream of a purpose for a seed. */
export function stream(seed: number, purpose: keyof typeof streams): Key {
  return foldIn(key(seed), streams[purpose]);
}

/** The names of a program's keys, in the order of its noise nodes. `noiseKeys` folds in their index. */
export function keyNames(program: Program): readonly string[] {
  return program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
}

/**
 * One key for each of `names`: `foldIn(foldIn(stream, step), index)`. They depend only on the number of the step, so resuming
 * is exact. `row` is the index of the first data row.
 */
export function noiseKeys(
  names: readonly string[],
  seed: number,
  purpose: 'training' | 'prediction',
  step: number,
  row = 0,
): Readonly<Record<string, NoiseKey>> {
  const ofStep = foldIn(stream(seed, purpose), step);
  return Object.fromEntries(names.map((name, index) => [name, { words: foldIn(ofStep, index), row }]));
}
