/**
 * Quantiles by linear interpolation between the nearest two of the sorted values (type 7 of Hyndman & Fan 1996, the default of
 * R and NumPy); NaN without values.
 *
 * @param shares in [0, 1]: which share of the values lies below; 0 gives the smallest, ½ the median, 1 the largest
 * @returns one quantile for each share
 */
export function quantiles(values: readonly number[], shares: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)];
    return below + (position % 1) * (sorted[Math.ceil(position)] - below);
  });
}

/** The middle value, or the mean of the two in the middle; NaN without values. */
export function median(values: readonly number[]): number {
  return quantiles(values, [0.5])[0];
}

/** Median and quartiles of some values. */
export type Quartiles = {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
};

/** Median and quartiles; NaN without values. */
export function quartiles(values: readonly number[]): Quartiles {
  const [lower, median, upper] = quantiles(values, [0.25, 0.5, 0.75]);
  return { lower, median, upper };
}
