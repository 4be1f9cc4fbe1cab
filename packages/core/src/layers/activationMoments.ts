import type { Builder, Operand, Value } from '../program/builder.js';
import { activate, leak } from './activation.js';
import { compareGaussians, greaterMoments } from './greaterMoments.js';
import type { Activation } from './layer.js';
import type { Moments, Sources } from './moments.js';

/**
 * Moments after an activation of Gaussian numbers: in closed form for `linear`, `relu` (Wu et al. 2019) and `leakyRelu`, for the others by
 * quadrature.
 */
export function activationMoments(b: Builder, x: Moments, activation: Activation, sources: Sources): Moments {
  if (x.variance === undefined) return { mean: activate(b, x.mean, activation) };
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return greaterMoments(b, { mean: x.mean, variance: x.variance }, zero, sources);
    case 'leakyRelu':
      return rectifierMoments(b, { mean: x.mean, variance: x.variance }, leak, sources);
    case 'elu':
    case 'sigmoid':
    case 'tanh':
    case 'softplus':
    case 'gelu':
    case 'silu':
      return quadrature(b, x.mean, x.variance, (value) => activate(b, value, activation), sources);
  }
}

/**
 * Moments of `max(x, 0) + slope · min(x, 0)`, which is `slope · x + (1 − slope) · relu(x)`. Covariance of a Gaussian number with its
 * positive part: v Φ (Stein 1981).
 */
export function rectifierMoments(b: Builder, x: Required<Moments>, slope: Operand, sources: Sources): Moments {
  const { first } = compareGaussians(b, x, zero);
  const positive = greaterMoments(b, x, zero, { source: () => {} });
  const rest = b.sub(1, slope);
  const own = b.add(b.mul(b.square(slope), x.variance), b.mul(b.square(rest), positive.variance));
  const covariance = b.mul(b.mul(2, b.mul(slope, rest)), b.mul(x.variance, first));
  const variance = b.max(b.add(own, covariance), 0);
  const mean = b.add(b.mul(slope, x.mean), b.mul(rest, positive.mean));
  const steepness = b.add(slope, b.mul(rest, first));
  return withRest(b, b.withDerivative(mean, [[x.mean, steepness]]), variance, { steepness, of: x.variance }, sources);
}

const zero = { mean: 0, variance: 0 } as const;

/** Tells what of the variance is left when that of the linear part, with the mean slope, is taken out. */
function withRest(
  b: Builder,
  mean: Value,
  variance: Value,
  linear: { readonly steepness: Value; readonly of: Value },
  sources: Sources,
): Moments {
  sources.source(mean, b.max(b.sub(variance, b.mul(b.square(linear.steepness), linear.of)), 0));
  return { mean, variance };
}

/** Distance of the points of quadrature in deviations, and how many there are on each side of the mean. */
const step = 0.75;
const pairs = 6;

const densities = Array.from({ length: pairs + 1 }, (_, i) => Math.exp(-((i * step) ** 2) / 2));
const total = densities.reduce((sum, density, i) => sum + (i === 0 ? density : 2 * density), 0);

/** Below this deviation the slope is not told from differences. */
const leastDeviation = 1e-6;

/**
 * Moments of a function of Gaussian numbers, elementwise, by the trapezoidal rule to 4.5 deviations. Its error falls exponentially for analytic
 * functions: up to 2 deviations it is below 1 % of the variance for those here.
 */
function quadrature(b: Builder, mean: Value, variance: Value, apply: (x: Value) => Value, sources: Sources): Moments {
  const deviation = b.sqrt(variance);
  const middle = { value: apply(mean), weight: densities[0] / total };
  const both = densities.slice(1).map((density, i) => {
    const distance = b.mul((i + 1) * step, deviation);
    const sides = [apply(b.add(mean, distance)), apply(b.sub(mean, distance))] as const;
    return { sides, weight: density / total, point: (i + 1) * step };
  });
  const average = (of: (value: Value) => Value) =>
    both.reduce(
      (sum, { sides, weight }) => b.add(sum, b.mul(weight, b.add(of(sides[0]), of(sides[1])))),
      b.mul(middle.weight, of(middle.value)),
    );
  const expectation = average((value) => value);
  // The expectation of the derivative (Stein 1981).
  const slopes = both.map(({ sides, weight, point }) => b.mul(weight * point, b.sub(sides[0], sides[1])));
  const steepness = b.div(
    slopes.reduce((sum, one) => b.add(sum, one)),
    b.max(deviation, leastDeviation),
  );
  return withRest(
    b,
    b.withDerivative(expectation, [[mean, steepness]]),
    average((value) => b.square(b.sub(value, expectation))),
    { steepness, of: variance },
    sources,
  );
}
