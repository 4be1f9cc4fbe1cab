/** Two-sided 95 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * Confidence interval of a proportion at 95 % (Wilson 1927, score interval), which stays inside [0, 1] and is sensible
 * for few cases.
 *
 * @param proportion the observed fraction.
 * @param count how many cases it is of, at least 1.
 */
export function proportionInterval(proportion: number, count: number): { lower: number; upper: number } {
  const shrink = 1 + (z * z) / count;
  const centre = (proportion + (z * z) / (2 * count)) / shrink;
  const half = (z / shrink) * Math.sqrt((proportion * (1 - proportion)) / count + (z * z) / (4 * count * count));
  return {
    lower: Math.max(0, Math.min(proportion, centre - half)),
    upper: Math.min(1, Math.max(proportion, centre + half)),
  };
}

/** Smallest, middle and largest of the values that are numbers; undefined if there is none. */
export function spread(values: ArrayLike<number>): { minimum: number; median: number; maximum: number } | undefined {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { minimum: sorted[0], median, maximum: sorted[sorted.length - 1] };
}
