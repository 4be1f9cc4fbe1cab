import type { IsotonicMap } from './isotonicRule.js';

/**
 * The function that never falls with the least squared error, by pooling adjacent violators (Barlow et al. 1972; Zadrozny & Elkan 2002),
 * as points with lines between them. Points of one `x` are averaged first; of points of one height only the ends are kept.
 */
export function fitIsotonic(x: ArrayLike<number>, y: ArrayLike<number>, weights?: ArrayLike<number>): IsotonicMap {
  const order = Array.from(x, (_, i) => i)
    .filter((i) => weights === undefined || weights[i] > 0)
    .sort((a, b) => x[a] - x[b]);
  const blocks: { first: number; last: number; mean: number; weight: number }[] = [];
  for (const [at, i] of order.entries()) {
    const weight = weights?.[i] ?? 1;
    const sameAsBefore = at > 0 && x[order[at - 1]] === x[i];
    blocks.push({ first: x[i], last: x[i], mean: y[i], weight });
    const nextIsSame = at + 1 < order.length && x[order[at + 1]] === x[i];
    // Points of one x are one block before it is compared with others.
    if (sameAsBefore) pool(blocks);
    if (nextIsSame) continue;
    while (blocks.length > 1 && blocks[blocks.length - 2].mean >= blocks[blocks.length - 1].mean) pool(blocks);
  }
  const points = blocks.flatMap(({ first, last, mean }) =>
    first === last
      ? [[first, mean]]
      : [
          [first, mean],
          [last, mean],
        ],
  );
  return { x: points.map(([at]) => at), y: points.map(([, height]) => height) };
}

/** Makes one block of the last two. */
function pool(blocks: { first: number; last: number; mean: number; weight: number }[]): void {
  const [a, b] = blocks.splice(-2);
  const weight = a.weight + b.weight;
  blocks.push({ first: a.first, last: b.last, mean: (a.weight * a.mean + b.weight * b.mean) / weight, weight });
}
