import type { Builder, Operand, Value } from '../../program/builder.js';
import { activate, leak } from '../activation.js';
import type { Activation } from '../layer.js';
import { compareGaussians, greaterMoments } from './greaterMoments.js';
import type { Moments } from './moments.js';

/**
 * Moments after an activation of Gaussian numbers: in closed form for `linear`, `relu` (Wu et al. 2019) and `leakyRelu`, for the others by
 * Gauss-Hermite quadrature with seven points, which is exact for polynomials to degree 13.
 */
export function activationMoments(b: Builder, x: Moments, activation: Activation): Moments {
  if (x.variance === undefined) return { mean: activate(b, x.mean, activation) };
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return greaterMoments(b, { mean: x.mean, variance: x.variance }, { mean: 0, variance: 0 });
    case 'leakyRelu':
      return rectifierMoments(b, x.mean, x.variance, leak);
    case 'elu':
    case 'sigmoid':
    case 'tanh':
    case 'softplus':
    case 'gelu':
    case 'silu':
      return quadrature(b, x.mean, x.variance, (value) => activate(b, value, activation));
  }
}

/**
 * Moments of `max(x, 0) + slope · min(x, 0)`, which is `slope · x + (1 − slope) · relu(x)`. Covariance of a Gaussian number with its
 * positive part: v Φ (Stein 1981).
 */
export function rectifierMoments(b: Builder, mean: Value, variance: Value, slope: Operand): Moments {
  const x = { mean, variance };
  const zero = { mean: 0, variance: 0 };
  const positive = greaterMoments(b, x, zero);
  const rest = b.sub(1, slope);
  const covariance = b.mul(variance, compareGaussians(b, x, zero).first);
  const own = b.add(b.mul(b.square(slope), variance), b.mul(b.square(rest), positive.variance));
  const spread = b.add(own, b.mul(b.mul(2, b.mul(slope, rest)), covariance));
  return {
    mean: b.add(b.mul(slope, mean), b.mul(rest, positive.mean)),
    variance: b.max(spread, 0),
  };
}

/** Positive points and weights for the standard normal distribution; the point 0 has the weight 16/35. */
const points = [
  [1.1544053947399682, 0.24012317860501273],
  [2.366759410734541, 0.03075712396758651],
  [3.7504397177257425, 0.0005482688559722178],
] as const;
const middle = 16 / 35;

/** Moments of a function of Gaussian numbers, elementwise. */
function quadrature(b: Builder, mean: Value, variance: Value, apply: (x: Value) => Value): Moments {
  const deviation = b.sqrt(variance);
  const values: (readonly [value: Value, weight: number])[] = [[apply(mean), middle]];
  for (const [point, weight] of points) {
    const step = b.mul(point, deviation);
    values.push([apply(b.add(mean, step)), weight], [apply(b.sub(mean, step)), weight]);
  }
  const average = (of: (value: Value) => Value) =>
    values.map(([value, weight]) => b.mul(weight, of(value))).reduce((sum, one) => b.add(sum, one));
  const result = average((value) => value);
  return { mean: result, variance: average((value) => b.square(b.sub(value, result))) };
}
