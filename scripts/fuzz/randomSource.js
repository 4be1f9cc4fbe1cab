import * as random from '@vardrop/core/random';

/** Random choices that follow from a seed and the number of an input alone, so that each input can be made again. */
export function createRandomSource(seed, index) {
  const stream = random.foldIn(random.key(seed), index);
  let words = [];
  let block = 0;
  const next = () => {
    if (words.length === 0) words = [...random.uniform(random.foldIn(stream, block++), 64)];
    return words.pop();
  };
  const below = (count) => Math.floor(next() * count);
  return { next, below, pick: (list) => list[below(list.length)] };
}
