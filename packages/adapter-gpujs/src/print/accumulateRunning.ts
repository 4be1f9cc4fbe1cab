import { addToSums, declareSums, piece, piecesOf } from './sums.js';
import type { Writer } from './writer.js';

/**
 * Sums that fit into registers beside what a turn reads. V8 reads all that a block needs before it computes, and keeps
 * in memory what waits. So with more sums, a condition that always holds cuts a turn into two blocks.
 */
const fewSums = 4;

/** The expression of an index in one turn, plus so many elements. */
export type RunningIndex = (more: number) => string;

/**
 * Prints sums over `length` turns of a loop on webasm, in pieces. Indices are integers that each turn increases: gpu.js
 * keeps the variable of a loop as a float, and would convert an index that is made of it at each use.
 *
 * @param count how many sums
 * @param starts indices of the first turn, and what each turn adds to them
 * @param terms prints one turn, given its indices, and returns what it adds to each sum
 * @returns names of the sums
 */
export function accumulateRunning(
  writer: Writer,
  length: number,
  count: number,
  starts: readonly { readonly start: string; readonly stride: number }[],
  terms: (at: readonly RunningIndex[]) => readonly string[],
): string[] {
  const running = starts.map(({ start, stride }) => ({ name: writer.counter(start), stride }));
  const turn = writer.counter('0');
  const end = writer.counter('0');
  const turns = (many: number, into: readonly string[]) => {
    if (many === 0) return;
    writer.line(`${end} = ${end} + ${many};`);
    // gpu.js stops loops after 1000 turns unless they declare a variable that starts as a literal.
    writer.line(`for (let ${writer.fresh('i')} = 0; ${turn} < ${end}; ${turn}++) {`);
    const each = terms(
      running.map(
        ({ name }): RunningIndex =>
          (more) =>
            more === 0 ? name : `${name} + ${more}`,
      ),
    );
    const half = count > fewSums ? Math.floor(count / 2) : 0;
    if (half > 0) {
      writer.line(`if (${turn} < ${length}) {`);
      addToSums(writer, into, each.slice(0, half));
      writer.line('}');
    }
    addToSums(writer, into.slice(half), each.slice(half));
    for (const { name, stride } of running) writer.line(`${name} = ${name} + ${stride};`);
    writer.line('}');
  };
  const sums = declareSums(writer, count);
  const pieces = piecesOf(length);
  if (pieces > 0) {
    const block = writer.counter('0');
    writer.line(`for (let ${writer.fresh('i')} = 0; ${block} < ${pieces}; ${block}++) {`);
    const parts = declareSums(writer, count);
    turns(piece, parts);
    addToSums(writer, sums, parts);
    writer.line('}');
  }
  turns(length - pieces * piece, sums);
  return sums;
}
