import { isCut, type Parts, repeatPieces } from './parts.js';
import { addToSums, declareSums, piece, piecesOf } from './sums.js';
import type { Coordinate } from './threads.js';
import type { Writer } from './writer.js';

/** Turns that are unrolled: a loop's own work is not small beside that of a product. */
const unrolled = 4;

/**
 * Prints sums over `length` turns of a loop, in pieces. On webasm, `accumulateRunning` is faster.
 *
 * @param count how many sums
 * @param parts of the one loop
 * @param terms prints one turn and returns what it adds to each sum
 * @returns names of the sums
 */
export function accumulate(
  writer: Writer,
  length: number,
  count: number,
  parts: Parts,
  terms: (turn: Coordinate) => readonly string[],
): string[] {
  const turns = (from: number, to: number, step: number, before: readonly string[], into: readonly string[]) => {
    if (from >= to) return;
    writer.repeat((to - from) / step, (i) => {
      const counted = `(${[...before, i].join(' + ')})`;
      for (let j = 0; j < step; j++) {
        addToSums(
          writer,
          into,
          terms((stride) => `${counted} * ${step * stride}${from + j === 0 ? '' : ` + ${(from + j) * stride}`}`),
        );
      }
    });
  };
  const sums = declareSums(writer, count);
  if (isCut(parts)) {
    repeatPieces(
      writer,
      parts,
      length,
      () => declareSums(writer, count),
      (turn, own) => addToSums(writer, own, terms(turn)),
      (own) => addToSums(writer, sums, own),
    );
    return sums;
  }
  const pieces = piecesOf(length);
  if (pieces > 0) {
    writer.repeat(pieces, (block) => {
      const own = declareSums(writer, count);
      turns(0, piece, unrolled, [`${block} * ${piece / unrolled}`], own);
      addToSums(writer, sums, own);
    });
  }
  const rest = length - pieces * piece;
  const most = length - (rest % unrolled);
  turns(pieces * piece, most, unrolled, [], sums);
  turns(most, length, 1, [], sums);
  return sums;
}
