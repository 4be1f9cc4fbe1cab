import { addToSums, declareSums, piece, piecesOf } from './sums.js';
import type { Coordinate } from './threads.js';
import type { Writer } from './writer.js';

/** Turns printed one after the other: a loop's own work is not small beside a product's. */
const unrolled = 4;

/**
 * Sums over `length` turns of a loop, in pieces. On webasm, `accumulateRunning` is faster.
 *
 * @param count how many sums
 * @param terms prints one turn and returns what it adds to each sum
 * @returns names of the sums
 */
export function accumulate(
  writer: Writer,
  length: number,
  count: number,
  terms: (turn: Coordinate) => readonly string[],
): string[] {
  const turns = (from: number, to: number, step: number, before: readonly string[], into: readonly string[]) => {
    if (from >= to) return;
    const i = writer.fresh('i');
    writer.line(`for (let ${i} = 0; ${i} < ${(to - from) / step}; ${i}++) {`);
    const counted = `(${[...before, i].join(' + ')})`;
    for (let j = 0; j < step; j++) {
      addToSums(
        writer,
        into,
        terms((stride) => `${counted} * ${step * stride}${from + j === 0 ? '' : ` + ${(from + j) * stride}`}`),
      );
    }
    writer.line('}');
  };
  const sums = declareSums(writer, count);
  const pieces = piecesOf(length);
  if (pieces > 0) {
    const block = writer.fresh('i');
    writer.line(`for (let ${block} = 0; ${block} < ${pieces}; ${block}++) {`);
    const parts = declareSums(writer, count);
    turns(0, piece, unrolled, [`${block} * ${piece / unrolled}`], parts);
    addToSums(writer, sums, parts);
    writer.line('}');
  }
  const rest = length - pieces * piece;
  const whole = length - (rest % unrolled);
  turns(pieces * piece, whole, unrolled, [], sums);
  turns(whole, length, 1, [], sums);
  return sums;
}
