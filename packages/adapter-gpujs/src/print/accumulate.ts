import type { Writer } from './writer.js';

/** Products that are added up before their sum is added to the next, which keeps rounding errors of long sums small. */
const piece = 64;

/**
 * Sums over `length` turns of a loop, in pieces.
 *
 * @param count how many sums
 * @param terms prints one turn and returns what it adds to each sum
 * @returns names of the sums
 */
export function accumulate(
  writer: Writer,
  length: number,
  count: number,
  terms: (turn: string) => readonly string[],
): string[] {
  const sums = Array.from({ length: count }, () => writer.fresh('s'));
  for (const sum of sums) writer.line(`let ${sum} = ${writer.number(0)};`);
  const turns = (from: number, to: number, offset: string, into: readonly string[]) => {
    const i = writer.fresh('i');
    writer.line(`for (let ${i} = ${from}; ${i} < ${to}; ${i}++) {`);
    terms(`${offset}${i}`).forEach((term, each) => {
      writer.line(`${into[each]} = ${into[each]} + ${term};`);
    });
    writer.line('}');
  };
  const pieces = length > 2 * piece ? Math.floor(length / piece) : 0;
  if (pieces > 0) {
    const block = writer.fresh('i');
    writer.line(`for (let ${block} = 0; ${block} < ${pieces}; ${block}++) {`);
    const parts = sums.map(() => writer.fresh('s'));
    for (const part of parts) writer.line(`let ${part} = ${writer.number(0)};`);
    turns(0, piece, `${block} * ${piece} + `, parts);
    sums.forEach((sum, each) => {
      writer.line(`${sum} = ${sum} + ${parts[each]};`);
    });
    writer.line('}');
  }
  if (pieces * piece < length) turns(pieces * piece, length, '', sums);
  return sums;
}
