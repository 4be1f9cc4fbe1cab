import { piece } from './sums.js';
import type { Writer } from './writer.js';

/** The loops of a sum, cut into parts. Each thread makes one part of each loop. */
export interface Parts {
  /** How many parts each loop has, outermost first. */
  readonly counts: readonly number[];
  /** This thread's part of each loop. */
  readonly coordinates: readonly string[];
}

/** Loops that are not cut. */
export const whole: Parts = { counts: [], coordinates: [] };

/** Whether the first loop is cut. */
export const isCut = ({ counts: [first = 1] }: Parts): boolean => first > 1;

/** Prints this thread's part of loop number `at`, of `length` turns; `body` prints a turn, given what it counts. */
export function repeatPart(
  writer: Writer,
  { counts, coordinates }: Parts,
  at: number,
  length: number,
  body: (i: string) => void,
): void {
  if ((counts[at] ?? 1) === 1) {
    writer.repeat(length, body);
    return;
  }
  const size = Math.ceil(length / counts[at]);
  writer.repeat(size, (turn) => {
    const i = writer.define(`${coordinates[at]} * ${writer.number(size)} + ${turn}`);
    writer.line(`if (${i} < ${writer.number(length)}) {`);
    body(i);
    writer.line('}');
  });
}

/**
 * Prints this thread's part of a single loop of `length` turns, in pieces: `open` prints what comes before a piece, `turn`
 * a turn, given what it counts, and `close` what comes after a piece.
 */
export function repeatPieces<T>(
  writer: Writer,
  { counts: [count], coordinates: [part] }: Parts,
  length: number,
  open: () => T,
  turn: (i: string, own: T) => void,
  close: (own: T) => void,
): void {
  const pieces = Math.ceil(length / (count * piece));
  writer.repeat(pieces, (block) => {
    const own = open();
    const start = writer.define(`(${part} * ${writer.number(pieces)} + ${block}) * ${writer.number(piece)}`);
    writer.repeat(piece, (each) => {
      const i = writer.define(`${start} + ${each}`);
      writer.line(`if (${i} < ${writer.number(length)}) {`);
      turn(i, own);
      writer.line('}');
    });
    close(own);
  });
}

/**
 * The number of parts into which each loop is cut, so that no thread makes more than `most` turns; the longest loop is
 * cut first. If no number is enough, every part is one turn long.
 *
 * @param turnsOf the turns that a thread makes with so many parts
 */
export function chooseParts(
  lengths: readonly number[],
  most: number,
  turnsOf: (counts: readonly number[]) => number,
): readonly number[] {
  const counts = lengths.map(() => 1);
  for (;;) {
    const turns = turnsOf(counts);
    const left = lengths.map((length, i) => Math.ceil(length / counts[i]));
    const longest = left.indexOf(Math.max(...left));
    if (turns <= most || left[longest] === 1) return counts;
    counts[longest] = Math.min(lengths[longest], Math.ceil(counts[longest] * Math.max(2, turns / most)));
  }
}
