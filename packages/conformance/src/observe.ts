import type { NoiseKey } from '@vardrop/core/backend';
import type { BoundProgram } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { evaluate } from '@vardrop/core/reference';
import { referenceSources } from './execute.js';

/** A key for each of a program's noises, from a seed. */
export function noiseKeysOf(program: BoundProgram, seed: number): Readonly<Record<string, NoiseKey>> {
  const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
  return Object.fromEntries(names.map((name, i) => [name, { words: random.foldIn(random.key(seed), i) }]));
}

/** The outputs of a program in float64, and its noise by the names of its keys. */
export function observe(
  program: BoundProgram,
  given: Parameters<typeof evaluate>[1],
): Readonly<Record<string, Float64Array>> {
  const noises = program.nodes.flatMap((node, id) => (node.op === 'noise' ? [[node.key, id] as const] : []));
  const outputs = { ...program.outputs, ...Object.fromEntries(noises) };
  return evaluate({ ...program, outputs }, { ...given, ...referenceSources });
}
