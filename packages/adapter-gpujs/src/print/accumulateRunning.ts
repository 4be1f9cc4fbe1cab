import type { Writer } from './writer.js';

/** Products that are added up before their sum is added to the next, which keeps rounding errors of long sums small. */
const piece = 64;
/** Turns printed one after the other: with few sums none, since what they read takes registers that sums need. */
const unrolled = (count: number) => (count > 4 ? 2 : 1);

/**
 * Sums over `length` turns of a loop on webasm, in pieces. Indices are integers that each turn adds to: gpu.js keeps a loop's
 * variable as a float, and converts an index that is made of it at each use.
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
  const turns = (many: number, step: number, into: readonly string[]) => {
    if (many === 0) return;
    writer.line(`${end} = ${end} + ${many};`);
    // gpu.js stops loops after 1000 turns unless they declare a variable that starts as a literal.
    writer.line(`for (let ${writer.fresh('i')} = 0; ${turn} < ${end}; ${turn} = ${turn} + ${step}) {`);
    for (let j = 0; j < step; j++) {
      const at = running.map(
        ({ name, stride }): RunningIndex =>
          (more) => {
            const offset = j * stride + more;
            return offset === 0 ? name : `${name} + ${offset}`;
          },
      );
      add(into, terms(at));
    }
    for (const { name, stride } of running) writer.line(`${name} = ${name} + ${step * stride};`);
    writer.line('}');
  };
  const sums = declare();
  const step = unrolled(count);
  const pieces = length > 2 * piece ? Math.floor(length / piece) : 0;
  if (pieces > 0) {
    const block = writer.counter('0');
    writer.line(`for (let ${writer.fresh('i')} = 0; ${block} < ${pieces}; ${block}++) {`);
    const parts = declare();
    turns(piece, step, parts);
    add(sums, parts);
    writer.line('}');
  }
  const rest = length - pieces * piece;
  turns(rest - (rest % step), step, sums);
  turns(rest % step, 1, sums);
  return sums;
}

/** An index of one turn, plus so many elements. */
export type RunningIndex = (more: number) => string;
