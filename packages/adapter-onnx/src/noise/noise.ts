import { elementCount, type NodeOf } from '@vardrop/core/program';
import { reshape } from '../emit/movement.js';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import { bitwiseXor } from './bitwiseXor.js';
import { normalFromBits, uniformFromBits } from './normal.js';
import { threefry, type Words, wordsOf } from './threefry.js';

/** Lengths that the indices of noise depend on, int64 scalars. */
export interface NoiseRows {
  /** Length of the symbolic axis. */
  readonly count: () => ValueName;
  /** Index of the first data row. */
  readonly first: () => ValueName;
}

/**
 * The elements of a key's stream that a noise node stands for, as counters of Threefry: a list of their indices, which
 * may pass 2³², as two words each. Rows of a minibatch are counted from the first data row on, other noise from 0.
 */
export function noiseIndices(graph: GraphBuilder, { shape }: NodeOf<'noise'>, rows: NoiseRows, name: string): Words {
  const perRow = elementCount(shape[0] === 'batch' ? shape.slice(1) : shape);
  const index = (start: ValueName, end: ValueName) =>
    wordsOf(graph, graph.node('Range', [start, end, graph.integer(1)], `${name}/index`), name);
  if (shape[0] !== 'batch') return index(graph.integer(0), graph.integer(perRow));
  const start = graph.node('Mul', [rows.first(), graph.integer(perRow)], `${name}/start`);
  const length = graph.node('Mul', [rows.count(), graph.integer(perRow)], `${name}/length`);
  return index(start, graph.node('Add', [start, length], `${name}/end`));
}

/** A noise node: uniform or normal numbers, bit for bit those of core. `key` is two uint32 words. */
export function noise(
  graph: GraphBuilder,
  { distribution, shape }: NodeOf<'noise'>,
  key: Words,
  indices: Words,
  name: string,
): ValueName {
  const block = threefry(graph, key, indices, name);
  const bits = bitwiseXor(graph, block.first, block.second, `${name}/bits`);
  const values = distribution === 'uniform' ? uniformFromBits(graph, bits, name) : normalFromBits(graph, bits, name);
  return reshape(graph, values, shape, name);
}
