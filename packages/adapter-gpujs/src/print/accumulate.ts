import type { Coordinate } from './threads.js';
import type { Writer } from './writer.js';

/** Products that are added up before their sum is added to the next, which keeps rounding errors of long sums small. */
const piece = 64;
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
  const zero = writer.number(0);
  const declare = () =>
    Array.from({ length: count }, () => {
      const sum = writer.fresh('s');
      writer.line(`let ${sum} = ${zero};`);
      return sum;
    });
  const add = (into: readonly string[], each: readonly string[]) =>
    each.forEach((term, i) => {
      writer.line(`${into[i]} = ${into[i]} + ${term};`);
    });
  const turns = (from: number, to: number, step: number, before: readonly string[], into: readonly string[]) => {
    if (from >= to) return;
    const i = writer.fresh('i');
    writer.line(`for (let ${i} = 0; ${i} < ${(to - from) / step}; ${i}++) {`);
    const counted = `(${[...before, i].join(' + ')})`;
    for (let j = 0; j < step; j++) {
      add(
        into,
        terms((stride) => `${counted} * ${step * stride}${from + j === 0 ? '' : ` + ${(from + j) * stride}`}`),
      );
    }
    writer.line('}');
  };
  const sums = declare();
  const pieces = length > 2 * piece ? Math.floor(length / piece) : 0;
  if (pieces > 0) {
    const block = writer.fresh('i');
    writer.line(`for (let ${block} = 0; ${block} < ${pieces}; ${block}++) {`);
    const parts = declare();
    turns(0, piece, unrolled, [`${block} * ${piece / unrolled}`], parts);
    add(sums, parts);
    writer.line('}');
  }
  const rest = length - pieces * piece;
  const whole = length - (rest % unrolled);
  turns(pieces * piece, whole, unrolled, [], sums);
  turns(whole, length, 1, [], sums);
  return sums;
}
