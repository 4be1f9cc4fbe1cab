import type { Model } from '../../src/layers/index.js';
import { bindBatch } from '../../src/program/bindBatch.js';
import { createBuilder } from '../../src/program/builder.js';
import { simplify } from '../../src/program/simplify.js';
import { evaluate } from '../../src/reference/index.js';
import { keyNames, noiseKeys } from '../../src/streams.js';

export interface ForwardOptions {
  readonly mode?: 'mean' | 'sample';
  readonly rows?: number;
  readonly seed?: number;
  /** Streams by the name of their key, in place of those of `seed`. */
  readonly words?: Readonly<Record<string, readonly [number, number]>>;
}

/** A model's outputs in float64, for `x` and parameters by full name. */
export function forward(
  model: Model,
  x: ArrayLike<number>,
  parameters: Readonly<Record<string, ArrayLike<number>>>,
  options: ForwardOptions = {},
): number[] {
  const { mode = 'mean', rows = 1, seed = 1, words } = options;
  const b = createBuilder('forward');
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', model.apply(b, b.input('x', ['batch', ...model.inputShape]), values, mode));
  const program = simplify(bindBatch(b.build(), rows));
  const needed = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const inputs = Object.entries({ x, ...parameters }).filter(([name]) => needed.has(name));
  const keys = words
    ? Object.fromEntries(keyNames(program).map((name) => [name, { words: words[name] }]))
    : noiseKeys(keyNames(program), seed, 'training', 0);
  return Array.from(evaluate(program, { inputs: Object.fromEntries(inputs), keys }).y);
}

/** KL of each layer, in float64. */
export function divergences(
  model: Model,
  parameters: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, number> {
  const b = createBuilder('divergences');
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  for (const { layer, kl } of model.divergences(b, values)) b.output(layer, kl);
  const program = simplify(b.build());
  const needed = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const inputs = Object.fromEntries(Object.entries(parameters).filter(([name]) => needed.has(name)));
  const results = evaluate(program, { inputs });
  return Object.fromEntries(Object.entries(results).map(([layer, [kl]]) => [layer, kl]));
}
