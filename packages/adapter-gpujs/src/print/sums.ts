import type { Writer } from './writer.js';

/**
 * Terms of a piece of a long sum. Pieces are added up one by one and then to each other, which keeps rounding errors
 * small.
 */
export const piece = 64;

/** How many whole pieces a sum of `length` terms has; a short one has none. */
export const piecesOf = (length: number) => (length > 2 * piece ? Math.floor(length / piece) : 0);

/** Prints sums that start at 0, and returns their names. */
export function declareSums(writer: Writer, count: number): string[] {
  const zero = writer.number(0);
  return Array.from({ length: count }, () => {
    const sum = writer.fresh('s');
    writer.line(`let ${sum} = ${zero};`);
    return sum;
  });
}

/** Adds a term to each sum. */
export function addToSums(writer: Writer, sums: readonly string[], terms: readonly string[]): void {
  terms.forEach((term, i) => {
    writer.line(`${sums[i]} = ${sums[i]} + ${term};`);
  });
}
