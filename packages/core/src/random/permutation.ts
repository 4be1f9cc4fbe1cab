import { checkSize } from './checkSize.js';
import { hostGenerator } from './hostGenerator.js';
import type { Key } from './key.js';

/**
 * The integers 0 to size - 1 in random order, each order equally likely: Fisher and Yates's shuffle. Words that would make some
 * orders more likely are drawn again. (`jax.random.permutation` sorts instead and gives another order.)
 *
 * @returns a new array of `size` indices
 * @throws VardropError `VARDROP_INVALID_SIZE`
 */
export function permutation(key: Key, size: number): Uint32Array {
  checkSize('permutation', size);
  const order = new Uint32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;

  const generator = hostGenerator();
  const words = new Uint32Array(Math.min(size, 1024));
  let drawn = 0;
  function word(): number {
    const at = drawn % words.length;
    if (at === 0) generator.bits(key, words, drawn);
    drawn += 1;
    return words[at];
  }

  for (let last = size - 1; last > 0; last--) {
    const choices = last + 1;
    const limit = 2 ** 32 - (2 ** 32 % choices); // words below it are spread evenly over the choices
    let draw = word();
    while (draw >= limit) draw = word();
    const chosen = draw % choices;
    const held = order[last];
    order[last] = order[chosen];
    order[chosen] = held;
  }
  return order;
}
