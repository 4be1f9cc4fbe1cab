import type { Language } from './language.js';

/** Terms of a block, a power of two. */
const block = 64;

/**
 * A loop of `count` turns that adds up in blocks, so that no term goes through many additions. The sum is in `total`
 * and starts from `start`. The index of the turn is `i`.
 *
 * @param turn prints a turn, which may add one term
 */
export function addInBlocks(
  l: Language,
  count: number,
  start: string,
  turn: (add: (term: string) => string) => readonly string[],
): string[] {
  return [
    l.variable('float', 'total', start),
    l.variable('float', 'sum', l.number(0)),
    l.repeat('i', count, [
      ...turn((term) => `sum = sum + ${term};`),
      `if ((i & ${block - 1}) == ${block - 1}) { total = total + sum; sum = ${l.number(0)}; }`,
    ]),
    'total = total + sum;',
  ];
}
