/** An estimate with its standard error. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

/** The mean of independent, identically distributed values. Its error is NaN for fewer than two. */
export function meanOf(values: readonly number[]): Estimate {
  const count = values.length;
  const value = values.reduce((sum, x) => sum + x, 0) / count;
  const squares = values.reduce((sum, x) => sum + (x - value) ** 2, 0);
  return { value, error: count < 2 ? Number.NaN : Math.sqrt(squares / (count - 1) / count) };
}

/**
 * The ratio of two means over the same independent repetitions, `E y / E x`, with its standard error to first order (the delta
 * method): that of the mean of `(y − R x) / E x`. Variation that x and y share cancels.
 */
export function ratioOfMeans(y: readonly number[], x: readonly number[]): Estimate {
  const denominator = meanOf(x).value;
  const value = meanOf(y).value / denominator;
  return { value, error: meanOf(y.map((each, i) => (each - value * x[i]) / denominator)).error };
}
