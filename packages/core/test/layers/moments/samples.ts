/**
 * How far a mean of independent numbers may be from its expectation once in 1e9: the normal quantile, moved for the
 * skewness that the mean still has (Cornish & Fisher), of deviations.
 */
export function sampleThreshold(values: readonly number[]): number {
  const n = values.length;
  const mean = averageOf(values);
  const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
  const deviation = Math.sqrt(central(2) / n);
  if (deviation === 0) return 0;
  const skewness = Math.abs(central(3)) / central(2) ** 1.5 / Math.sqrt(n);
  return (6.1094 + ((6.1094 ** 2 - 1) / 6) * skewness) * deviation;
}

/** The mean of numbers. */
export function averageOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
