import { streams } from '@vardrop/core/extend';
import { elementCount, type NodeOf } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import { noise, noiseIndices } from './noise.js';
import { foldIn, keyOfSeed, type Words } from './threefry.js';

/**
 * Core's `noiseKeys` in the graph: keys number 0 to `count` − 1 of a step, a non-negative int64, as words of `count`
 * elements.
 */
export function stepKeys(graph: GraphBuilder, stream: Words, step: ValueName, count: number, name: string): Words {
  const word = graph.node('Cast', [step], `${name}/number`, { to: dataTypes.uint32 });
  const ofStep = foldIn(graph, stream, word, name);
  return foldIn(graph, ofStep, graph.words(Array.from({ length: count }, (_, i) => i)), `${name}/nodes`);
}

/** Core's `stream` in the graph: the key of a purpose below a seed, a non-negative int64. */
export function streamOfSeed(graph: GraphBuilder, seed: ValueName, purpose: keyof typeof streams): Words {
  return foldIn(graph, keyOfSeed(graph, seed, 'seed'), graph.words(streams[purpose]), `stream ${purpose}`);
}

/** One of the keys that `stepKeys` has made. */
export function keyAt(graph: GraphBuilder, { first, second }: Words, index: number, name: string): Words {
  const at = graph.integers([index]);
  return {
    first: graph.node('Gather', [first, at], `${name}/key0`, { axis: 0 }),
    second: graph.node('Gather', [second, at], `${name}/key1`, { axis: 0 }),
  };
}

/** A function that writes noise nodes. Their indices are written in `outer`, once for all nodes with the same. */
export function createNoiseWriter(
  outer: GraphBuilder,
  rows: { readonly length: () => ValueName; readonly first: () => ValueName },
) {
  const known = new Map<string, Words>();
  let count: ValueName | undefined;
  return (graph: GraphBuilder, node: NodeOf<'noise'>, key: Words, name: string): ValueName => {
    const perRow = elementCount(node.shape.slice(1));
    const signature = node.shape[0] === 'batch' ? `rows of ${perRow}` : `${node.shape[0] ?? 1}x${perRow}`;
    let indices = known.get(signature);
    if (!indices) {
      const counted = {
        first: rows.first,
        count: () => {
          count ??= outer.node('Squeeze', [rows.length()], 'batch/count');
          return count;
        },
      };
      indices = noiseIndices(outer, node, counted, `noise/${signature}`);
      known.set(signature, indices);
    }
    return noise(graph, node, key, indices, name);
  };
}

/** A key's words in the graph, from an input of two uint32. */
export function keyInput(graph: GraphBuilder, name: string): Words {
  const input = graph.input(name, [2], 'uint32');
  return {
    first: graph.node('Gather', [input, graph.integers([0])], `${name}/key0`, { axis: 0 }),
    second: graph.node('Gather', [input, graph.integers([1])], `${name}/key1`, { axis: 0 }),
  };
}
