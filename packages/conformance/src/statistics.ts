/** Probability that a correct backend fails one comparison of a statistical law. */
export const falseAlarm = 1e-9;

/**
 * The standard normal's quantile at `1 − falseAlarm / 2`: how many standard deviations a normal statistic may be off.
 */
export const quantile = 6.1094102;

/** The mean and central moments of one random number. */
export interface Moments {
  readonly mean: number;
  readonly variance: number;
  /** E(x − mean)⁴. */
  readonly fourth: number;
}

/** Moments of N(mean, variance). */
export function normalMoments(mean: number, variance: number): Moments {
  return { mean, variance, fourth: 3 * variance ** 2 };
}

/** Moments of `f(u)` for u uniform in (0, 1), by the midpoint rule. */
export function momentsOf(f: (u: number) => number, points = 2 ** 16): Moments {
  const values = Float64Array.from({ length: points }, (_, i) => f((i + 0.5) / points));
  const average = (g: (x: number) => number) => values.reduce((sum, x) => sum + g(x), 0) / points;
  const mean = average((x) => x);
  return { mean, variance: average((x) => (x - mean) ** 2), fourth: average((x) => (x - mean) ** 4) };
}

/** The moments of `Σ cᵢ xᵢ` for independent xᵢ. */
export function weightedSum(terms: readonly { readonly weight: number; readonly moments: Moments }[]): Moments {
  let mean = 0;
  let variance = 0;
  let excess = 0;
  for (const { weight, moments } of terms) {
    mean += weight * moments.mean;
    variance += weight ** 2 * moments.variance;
    // Fourth cumulants add up.
    excess += weight ** 4 * (moments.fourth - 3 * moments.variance ** 2);
  }
  return { mean, variance, fourth: excess + 3 * variance ** 2 };
}

/** How far a mean of `count` independent numbers may be from its expectation. */
export function meanThreshold({ variance }: Moments, count: number): number {
  return quantile * Math.sqrt(variance / count);
}

/**
 * How far a sample variance of `count` independent numbers may be from the variance. This is its standard deviation
 * times the normal quantile, which is corrected for the remaining skewness (Cornish & Fisher, with the skewness of a
 * chi-square).
 */
export function varianceThreshold({ variance, fourth }: Moments, count: number): number {
  const deviation = Math.sqrt((fourth - variance ** 2) / count + (2 * variance ** 2) / (count * (count - 1)));
  return (quantile + ((quantile ** 2 - 1) / 6) * Math.sqrt(8 / count)) * deviation;
}

/**
 * The same for numbers that are quadratic in Gaussian ones. Their squares are most skewed for z² − 1: 13.6 (third
 * cumulant) and 362 (fourth). Cornish & Fisher's expansion gives the part that remains in a sum of `count` of them.
 */
export function polynomialVarianceThreshold({ variance, fourth }: Moments, count: number): number {
  const deviation = Math.sqrt((fourth - variance ** 2) / count + (2 * variance ** 2) / (count * (count - 1)));
  const skewness = 13.6 / Math.sqrt(count);
  const kurtosis = 362 / count;
  const moved = ((quantile ** 2 - 1) / 6) * skewness + ((quantile ** 3 - 3 * quantile) / 24) * kurtosis;
  return (quantile + moved) * deviation;
}

/**
 * How far the sample covariance of `count` independent pairs may be from the covariance.
 *
 * @param mixed E(x − Ex)²(y − Ey)²
 */
export function covarianceThreshold(covariance: number, mixed: number, count: number): number {
  const deviation = Math.sqrt((mixed - covariance ** 2) / (count - 1));
  return (quantile + ((quantile ** 2 - 1) / 6) * Math.sqrt(8 / count)) * deviation;
}

/** Mean of some numbers. */
export function sampleMean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Unbiased covariance of pairs. The covariance of a sample with itself is its variance. */
export function sampleCovariance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const meanX = sampleMean(x);
  const meanY = sampleMean(y);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - meanX) * (y[i] - meanY);
  return sum / (x.length - 1);
}

/** Probability that a standard normal number is at most x; within 1e-7 (Abramowitz & Stegun 1964, 7.1.26). */
export function normalProbability(x: number): number {
  const z = Math.abs(x) * Math.SQRT1_2;
  const t = 1 / (1 + 0.3275911 * z);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * polynomial * Math.exp(-z * z);
  return x > 0 ? 1 - tail : tail;
}

/** Largest distance between the distribution function of a sample and `probability` (Kolmogorov & Smirnov). */
export function distributionDistance(values: Float32Array, probability: (x: number) => number): number {
  const sorted = values.slice().sort();
  let largest = 0;
  sorted.forEach((value, i) => {
    const p = probability(value);
    largest = Math.max(largest, (i + 1) / sorted.length - p, p - i / sorted.length);
  });
  return largest;
}

/**
 * How far the distribution function of `count` independent numbers may be from that of their distribution, whatever it
 * is (Dvoretzky, Kiefer & Wolfowitz 1956, with Massart's constant 1990: P(D > d) ≤ 2 e^(−2 n d²)).
 */
export function distributionThreshold(count: number): number {
  return Math.sqrt(Math.log(2 / falseAlarm) / (2 * count));
}
