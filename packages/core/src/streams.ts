import type { NoiseKey } from './backend/contract.js';
import type { Program } from './program/program.js';
import { foldIn } from './random/foldIn.js';
import { type Key, key } from './random/key.js';

/**
 * What randomness is for. Each purpose has a stream of its own below the seed, `foldIn(key(seed), purpose)`, so that,
 * for instance, a longer training changes no prediction.
 */
export const streams = { initialize: 0, shuffle: 1, training: 2, prediction: 3 } as const;

/** The stream of a purpose below a seed. */
export function stream(seed: number, purpose: keyof typeof streams): Key {
  return foldIn(key(seed), streams[purpose]);
}

/** The keys that a program mentions, in the order of its noise nodes; their index is what `noiseKeys` folds in. */
export function keyNames(program: Program): readonly string[] {
  return program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
}

/**
 * One key for each of `names`: `foldIn(foldIn(stream, step), index)`. They depend on the step's number and not on what
 * ran before, which makes resuming exact. `row` is the index of the first data row.
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
