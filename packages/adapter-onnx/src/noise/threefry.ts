import * as random from '@vardrop/core/random';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import { bitwiseXor } from './bitwiseXor.js';

/** Two uint32 words: a key, a counter or a block. Each is a tensor of its own; they broadcast. */
export interface Words {
  readonly first: ValueName;
  readonly second: ValueName;
}

/** `x` with its bits moved left by `count`; bits that fall out come in on the right. */
function rotate(graph: GraphBuilder, x: ValueName, count: number, name: string): ValueName {
  const left = graph.node('BitShift', [x, graph.words(count)], `${name}/left`, { direction: 'LEFT' });
  const right = graph.node('BitShift', [x, graph.words(32 - count)], `${name}/right`, { direction: 'RIGHT' });
  // The parts have no bit in common, so that their sum is their union.
  return graph.node('Add', [left, right], `${name}/rotated`);
}

/**
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011): the blocks to which a key enciphers counters, bit
 * for bit as in core.
 */
export function threefry(graph: GraphBuilder, key: Words, counter: Words, name: string): Words {
  const add = (a: ValueName, b: ValueName) => graph.node('Add', [a, b], `${name}/sum`);
  const { groups, parity, rotations } = random.threefryConstants;
  const third = bitwiseXor(
    graph,
    bitwiseXor(graph, key.first, key.second, `${name}/key`),
    graph.words(parity),
    `${name}/key`,
  );
  const keys = [key.first, key.second, third];
  let first = add(counter.first, key.first);
  let second = add(counter.second, key.second);
  for (let group = 0; group < groups; group++) {
    for (const count of rotations[group % 2]) {
      first = add(first, second);
      second = bitwiseXor(graph, rotate(graph, second, count, name), first, `${name}/mixed`);
    }
    first = add(first, keys[(group + 1) % 3]);
    second = add(second, add(keys[(group + 2) % 3], graph.words(group + 1)));
  }
  return { first, second };
}

/** Core's `foldIn`: a key of its own for each number `data` (uint32, one or a list). */
export function foldIn(graph: GraphBuilder, key: Words, data: ValueName, name: string): Words {
  return threefry(graph, key, { first: graph.words(0), second: data }, name);
}

/** Core's `key`: the key of a seed, a non-negative int64. */
export function keyOfSeed(graph: GraphBuilder, seed: ValueName, name: string): Words {
  return wordsOf(graph, seed, name);
}

/** Non-negative int64 numbers as two words each, the high one first. */
export function wordsOf(graph: GraphBuilder, value: ValueName, name: string): Words {
  const high = graph.node('Div', [value, graph.integer(2 ** 32)], `${name}/quotient`);
  return {
    first: graph.node('Cast', [high], `${name}/high`, { to: dataTypes.uint32 }),
    // A cast to fewer bits keeps the low ones.
    second: graph.node('Cast', [value], `${name}/low`, { to: dataTypes.uint32 }),
  };
}
