import type { Builder, Value } from '../program/builder.js';
import type { Sources } from './moments.js';

/** Mean and variance of one Gaussian number, with a number in place of a value. */
export interface GaussianOperand {
  readonly mean: Value | number;
  readonly variance: Value | number;
}

/**
 * Beyond this many deviations the greater one is certain: float32 has Φ = 1 and φ = 0 there, and squares of larger quotients would
 * overflow.
 */
const certain = 13;

/** Keeps the quotient of two numbers without variance from 0/0; it is far below any variance that matters. */
const leastDeviation = 1e-18;

/** What is known of the difference of two independent Gaussian numbers: `r` is its mean in deviations. */
export interface Comparison {
  /** Standard deviation of the difference. */
  readonly deviation: Value;
  readonly r: Value;
  /** φ(r). */
  readonly density: Value;
  /** Φ(r): the probability that the first is the greater one. */
  readonly first: Value;
  /** Φ(−r). */
  readonly second: Value;
}

/** Compares two independent Gaussian numbers, elementwise. */
export function compareGaussians(b: Builder, x: GaussianOperand, y: GaussianOperand): Comparison {
  const deviation = b.sqrt(b.add(x.variance, y.variance));
  const quotient = b.div(b.sub(x.mean, y.mean), b.max(deviation, leastDeviation));
  const r = b.min(b.max(quotient, -certain), certain);
  const half = b.mul(0.5, b.erf(b.mul(r, Math.SQRT1_2)));
  return {
    ...{ deviation, r },
    density: b.mul(1 / Math.sqrt(2 * Math.PI), b.exp(b.mul(-0.5, b.square(r)))),
    first: b.add(0.5, half),
    second: b.sub(0.5, half),
  };
}

/**
 * Mean and variance of the greater of two independent Gaussian numbers (Clark 1961, with the variance of the difference a², r the mean
 * of the difference in a, and φ, Φ at r, Φ' at −r): `E = m₁ Φ + m₂ Φ' + a φ`, `Var = v₁ Φ + v₂ Φ' + a² (r² Φ Φ' − r φ (Φ − Φ') − φ²)`. As a
 * difference of moments the variance would cancel in float32.
 */
export function greaterMoments(
  b: Builder,
  x: GaussianOperand,
  y: GaussianOperand,
  sources: Sources,
): { readonly mean: Value; readonly variance: Value } {
  const { deviation, r, density, first, second } = compareGaussians(b, x, y);
  const weighted = (left: Value | number, right: Value | number, by = [first, second] as const): Value => {
    if (right === 0) return b.mul(left, by[0]);
    return b.add(b.mul(left, by[0]), b.mul(right, by[1]));
  };
  const expectation = b.add(weighted(x.mean, y.mean), b.mul(deviation, density));
  // With respect to the means; the other terms cancel.
  const partials = [[x.mean, first] as const, [y.mean, second] as const];
  const mean = b.withDerivative(
    expectation,
    partials.filter((partial): partial is [Value, Value] => typeof partial[0] !== 'number'),
  );
  const bracket = b.sub(
    b.sub(b.mul(b.square(r), b.mul(first, second)), b.mul(b.mul(r, density), b.sub(first, second))),
    b.square(density),
  );
  const variance = b.add(weighted(x.variance, y.variance), b.mul(b.square(deviation), bracket));
  const linear = weighted(x.variance, y.variance, [b.square(first), b.square(second)]);
  sources.source(mean, b.max(b.sub(variance, linear), 0));
  // The left tail cancels: below 0 it is rounding.
  return { mean, variance: b.max(variance, 0) };
}
