import type { GraphBuilder, ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';

/** Two uint32 values. */
export type Words = readonly [ValueName, ValueName];

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

/**
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror & Shaw 2011) of uint32 counters under a key, broadcast: the same bits
 * as core's generator.
 *
 * @param counter high and low words
 */
export function threefry(graph: GraphBuilder, key: Words, counter: Words, name: string): Words {
  const operate = (opType: string, a: ValueName, b: ValueName) => graph.node(opType, [a, b], name);
  const add = (a: ValueName, b: ValueName) => operate('Add', a, b);
  const shift = (value: ValueName, count: number, direction: 'LEFT' | 'RIGHT') =>
    graph.node('BitShift', [value, graph.words(count)], name, { direction });
  const parity = operate('BitwiseXor', operate('BitwiseXor', key[0], key[1]), graph.words(0x1bd11bda));
  const keys = [key[0], key[1], parity];
  let [x0, x1] = [add(counter[0], key[0]), add(counter[1], key[1])];
  for (let group = 0; group < 5; group++) {
    for (const rotation of rotations[group % 2]) {
      x0 = add(x0, x1);
      const rotated = operate('BitwiseOr', shift(x1, rotation, 'LEFT'), shift(x1, 32 - rotation, 'RIGHT'));
      x1 = operate('BitwiseXor', rotated, x0);
    }
    x0 = add(x0, keys[(group + 1) % 3]);
    x1 = add(x1, add(keys[(group + 2) % 3], graph.words(group + 1)));
  }
  return [x0, x1];
}

/** A key of its own for each of `data` (uint32): `threefry(key, [0, data])`, as core's `foldIn`. */
export function foldIn(graph: GraphBuilder, key: Words, data: ValueName, name: string): Words {
  return threefry(graph, key, [graph.words(0), data], name);
}

/** The high and low words of a non-negative int64. */
export function splitWords(graph: GraphBuilder, value: ValueName, name: string): Words {
  const wide = graph.node('Cast', [value], `${name}/wide`, { to: dataTypes.uint64 });
  const high = graph.node('BitShift', [wide, graph.wide(32)], `${name}/high`, { direction: 'RIGHT' });
  const narrow = (each: ValueName) => graph.node('Cast', [each], `${name}/word`, { to: dataTypes.uint32 });
  return [narrow(high), narrow(graph.node('BitwiseAnd', [wide, graph.wide(0xffffffff)], `${name}/low`))];
}
