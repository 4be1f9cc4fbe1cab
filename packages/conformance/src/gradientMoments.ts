import { type Moments, normalMoments, weightedSum } from './statistics.js';

/** One linear layer with one output, weights N(μ, σ²) and a bias, and its loss `s Σ_m (c_m b_m + ½ d_m b_m²)`. */
export interface QuadraticLoss {
  /** Datapoints, `[rows][in]`. */
  readonly x: readonly (readonly number[])[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly bias: number;
  /** c and d of each datapoint. */
  readonly linear: readonly number[];
  readonly quadratic: readonly number[];
  /** s = N/M. */
  readonly scale: number;
}

/** Moments of a gradient. With `bound`, the stated variance is an upper bound. */
interface GradientMoments extends Moments {
  readonly bound?: true;
}

/** Gradients with respect to the means and deviations of the weights (one entry per input) and to the bias. */
export interface ExpectedGradients {
  readonly means: readonly GradientMoments[];
  readonly deviations: readonly GradientMoments[];
  readonly bias: GradientMoments;
}

/** `A z + B z² + C z y` for independent standard normal z and y. */
function quadraticForm(a: number, b: number, c: number): Moments {
  return {
    mean: b,
    variance: a ** 2 + 2 * b ** 2 + c ** 2,
    // E(Az + B(z² − 1))⁴ + 6 C² E z²(Az + B(z² − 1))² + 3 C⁴ E z⁴.
    fourth: 3 * a ** 4 + 60 * a ** 2 * b ** 2 + 60 * b ** 4 + 6 * c ** 2 * (3 * a ** 2 + 10 * b ** 2) + 9 * c ** 4,
  };
}

type Vector = readonly number[];

const dot = (u: Vector, v: Vector) => u.reduce((sum, value, k) => sum + value * v[k], 0);
const sum = (terms: readonly Moments[]) => weightedSum(terms.map((moments) => ({ weight: 1, moments })));

/**
 * Moments of the gradients of each estimator. With respect to μ and the bias the gradients are linear in Gaussian
 * noise, with respect to σ quadratic. All estimators have the same means: `s Σ_m a_mi g_m` (with 1 in place of a_mi for
 * the bias β) and `s Σ_m d_m a²_mi σ_i`, with `g_m = c_m + d_m (γ_m + β)`.
 */
export function expectedGradients(loss: QuadraticLoss, estimator: string): ExpectedGradients {
  const { x, means, deviations, bias, linear, quadratic, scale } = loss;
  const slopes = x.map((row, m) => linear[m] + quadratic[m] * (dot(row, means) + bias));
  const scaled = ({ mean, variance, fourth, ...bound }: GradientMoments): GradientMoments => ({
    mean: scale * mean,
    variance: scale ** 2 * variance,
    fourth: scale ** 4 * fourth,
    ...bound,
  });
  const slope = (values: Vector) => scaled(ofSlopes(loss, slopes, estimator, values));
  return {
    means: means.map((_, i) => slope(x.map((row) => row[i]))),
    deviations: deviations.map((_, i) => scaled(ofDeviation(loss, slopes, estimator, i))),
    bias: slope(x.map(() => 1)),
  };
}

/** Moments of `Σ_m v_m (c_m + d_m b_m)`. */
function ofSlopes(
  { x, deviations, quadratic: d }: QuadraticLoss,
  slopes: Vector,
  estimator: string,
  values: Vector,
): Moments {
  const mean = dot(values, slopes);
  const weights = values.map((value, m) => value * d[m]);
  const covariance = (m: number, n: number) =>
    x[m].reduce((total, a, k) => total + a * x[n][k] * deviations[k] ** 2, 0);
  const alone = x.reduce((total, _, m) => total + weights[m] ** 2 * covariance(m, m), 0);
  if (estimator === 'single') {
    const variance = x.reduce(
      (total, _, m) => total + x.reduce((inner, __, n) => inner + weights[m] * weights[n] * covariance(m, n), 0),
      0,
    );
    return normalMoments(mean, variance);
  }
  if (estimator === 'flipout') {
    // Given the signs of the outputs it is normal. The average of its variance is the variance for independent samples.
    // By |Σ_k s_mk s_nk a_mk a_nk σ²_k| ≤ Σ_k |a_mk a_nk| σ²_k, the variance spreads no more than this.
    let spread = 0;
    x.forEach((row, m) => {
      x.forEach((other, n) => {
        const largest = row.reduce((total, a, k) => total + Math.abs(a * other[k]) * deviations[k] ** 2, 0);
        if (m < n) spread += 4 * (weights[m] * weights[n] * largest) ** 2;
      });
    });
    return { mean, variance: alone, fourth: 3 * (alone ** 2 + spread) };
  }
  return normalMoments(mean, alone);
}

/** Moments of the gradient with respect to σ_i, without the scale. */
function ofDeviation(
  { x, deviations, quadratic: d }: QuadraticLoss,
  slopes: Vector,
  estimator: string,
  i: number,
): GradientMoments {
  const sigma = deviations[i];
  const squares = (row: Vector) => row.reduce((total, a, k) => total + (a * deviations[k]) ** 2, 0);
  switch (estimator) {
    case 'local':
      return sum(
        x.map((row, m) => {
          const share = row[i] ** 2 * sigma;
          return quadraticForm((slopes[m] * share) / Math.sqrt(squares(row)), d[m] * share, 0);
        }),
      );
    case 'separate':
      return sum(
        x.map((row, m) => {
          const others = Math.sqrt(squares(row) - (row[i] * sigma) ** 2);
          return quadraticForm(slopes[m] * row[i], d[m] * row[i] ** 2 * sigma, d[m] * row[i] * others);
        }),
      );
    case 'single': {
      const linearPart = x.reduce((total, row, m) => total + row[i] * slopes[m], 0);
      const mixed = deviations.map((other, k) =>
        x.reduce((total, row, m) => total + row[i] * d[m] * row[k] * other, 0),
      );
      return quadraticForm(linearPart, mixed[i], Math.hypot(...mixed.filter((_, k) => k !== i)));
    }
    default: {
      // All copies share flipout's signs of the inputs, so the variance depends on them. This is an upper bound.
      const linearPart = Math.hypot(...x.map((row, m) => row[i] * slopes[m]));
      const mixed = deviations.map((other, k) =>
        x.reduce((total, row, m) => total + Math.abs(row[i] * d[m] * row[k]) * other, 0),
      );
      const { variance, fourth } = quadraticForm(linearPart, mixed[i], Math.hypot(...mixed.filter((_, k) => k !== i)));
      const mean = x.reduce((total, row, m) => total + d[m] * row[i] ** 2 * sigma, 0);
      return { mean, variance, fourth, bound: true };
    }
  }
}
