/**
 * A 95 % interval of the median of independent values of one distribution, whatever that is: from the k-th smallest to the k-th
 * largest value, with the largest k whose coverage `1 − 2 P(Bin(n, ½) < k)` is at least 95 % (Thompson 1936; David & Nagaraja 2003,
 * Order Statistics, section 7.1). Undefined for fewer than six values, whose smallest and largest cover too little.
 */
export function medianInterval(values: readonly number[]): { readonly low: number; readonly high: number } | undefined {
  const count = values.length;
  const sorted = Float64Array.from(values).sort();
  let rank = 0;
  // P(Bin(n, ½) = rank), and the sum of those below and including it.
  let probability = 0.5 ** count;
  let below = probability;
  while (2 * below <= 1 - level) {
    rank++;
    probability *= (count - rank + 1) / rank;
    below += probability;
  }
  return rank === 0 ? undefined : { low: sorted[rank - 1], high: sorted[count - rank] };
}

const level = 0.95;

/** The fewest values that have a {@link medianInterval}. */
export const fewestForInterval = Math.ceil(1 - Math.log2(1 - level));
