import type { Builder, Value } from '../program/builder.js';
import type { Shape } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import type { Draw, FactorMoments } from './noiseModel.js';

/** Up to this temperature the moments are polynomials in p. */
const polynomialTemperature = 1 / 8;

/** x/sin x = Σ cⱼ x²ʲ. */
const cosecant = [1, 1 / 6, 7 / 360, 31 / 15120];

/** Step and number of steps to each side of the trapezoidal rule. */
const trapezoid = { step: 0.75, steps: 40 } as const;

/**
 * The relaxed factor (1 − z)/(1 − p) of concrete dropout (Gal, Hron & Kendall 2017), z = sigmoid((logit p + logit u)/t),
 * of `shape`. Towards t = 0 it is binary: 0 with probability p, else 1/(1 − p).
 */
export function relaxedFactor(b: Builder, logit: Value, temperature: number, draw: Draw, shape: Shape): Value {
  // Uniform numbers are multiples of 2⁻²³. The middle of the interval keeps both logarithms finite.
  const u = b.add(draw('uniform', 'mask', shape), 2 ** -24);
  const logitU = b.sub(b.log(u), b.log(b.sub(1, u)));
  const kept = b.sigmoid(b.mul(-1 / temperature, b.add(logit, logitU)));
  return b.mul(kept, b.add(1, b.exp(logit)));
}

/**
 * Mean and variance of `relaxedFactor`, of the shape of ρ = logit p. The mean is not 1, and the variance is less than the
 * binary p/(1 − p). Relative error below 1e-6 for any temperature and |ρ| ≤ 16, before float32.
 *
 * With logistic L = logit u the mask is `k = sigmoid(−(ρ + L)/t)`. For t ≤ 1 that is the probability that `tL′ < −ρ − L`
 * for another logistic L′, so that M = E k is the mean of `s = sigmoid(−ρ − tL′)`, a function without narrow steps; and
 * since `dk/dρ = −k(1 − k)/t`, the variance is `M − M² + t dM/dρ`.
 */
export function relaxedMoments(b: Builder, logit: Value, temperature: number): FactorMoments {
  return temperature <= polynomialTemperature
    ? byPolynomials(b, logit, temperature)
    : byQuadrature(b, logit, temperature);
}

/**
 * `M = Σ cⱼ (πt)²ʲ D²ʲ q` with q = 1 − p and D = d/dρ, since E e^(tL′x) = πtx/sin πtx. With Dp = pq each term is a
 * polynomial in p, all but the first divisible by pq: `M = q m` and `m = 1 + p r`. So the mean of the factor is m, and its
 * variance `(M − M² + t DM)/q² = e^ρ (m(1 − qr) − t(m − q m′))`.
 */
function byPolynomials(b: Builder, logit: Value, t: number): FactorMoments {
  const q = [1, -1];
  let term = q;
  let sum = q;
  for (let j = 1; j < cosecant.length; j++) {
    for (let i = 0; i < 2; i++) term = product(derivative(term), [0, 1, -1]);
    sum = plus(sum, term, cosecant[j] * (Math.PI * t) ** (2 * j));
  }
  // Division by 1 − p adds up the coefficients.
  let total = 0;
  const m = sum.slice(0, -1).map((coefficient) => {
    total += coefficient;
    return total;
  });
  const rest = plus([1], product(q, m.slice(1)), -1);
  const w = plus(product(m, rest), plus(m, product(q, derivative(m)), -1), -t);
  const p = b.sigmoid(logit);
  return { mean: polynomial(b, p, m), variance: b.mul(b.exp(logit), polynomial(b, p, w)) };
}

/** a + factor · b, of polynomials by their coefficients from the constant on. */
function plus(a: readonly number[], b: readonly number[], factor: number): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + factor * (b[i] ?? 0));
}

function product(a: readonly number[], b: readonly number[]): number[] {
  const result = new Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      result[i + j] += x * y;
    });
  });
  return result;
}

function derivative(a: readonly number[]): number[] {
  return a.slice(1).map((coefficient, i) => (i + 1) * coefficient);
}

/**
 * A polynomial of `x` by Horner's rule. Its derivative is a polynomial too, which takes fewer operations than the derivatives
 * of the single steps.
 */
function polynomial(b: Builder, x: Value, coefficients: readonly number[]): Value {
  const horner = (all: readonly number[]) =>
    all.slice(0, -1).reduceRight((sum: Value, coefficient) => b.add(coefficient, b.mul(x, sum)), constant(all));
  const constant = (all: readonly number[]) => b.constant(all[all.length - 1]);
  return b.withDerivative(horner(coefficients), [[x, horner(derivative(coefficients))]]);
}

/**
 * The means over L′ by the trapezoidal rule with equal steps, which converges exponentially for such functions (Trefethen &
 * Weideman 2014). By the law of total variance `Var k = Var s + (1 − t) E s(1 − s)`, without cancellation. For t > 1, k itself
 * has no narrow steps: it replaces s, and Var k is Var s. The variance does not depend on the sign of ρ.
 */
function byQuadrature(b: Builder, logit: Value, temperature: number): FactorMoments {
  const relaxation = Math.min(temperature, 1);
  const width = Math.max(temperature, 1);
  const { step, steps } = trapezoid;
  const nodes = Array.from({ length: 2 * steps + 1 }, (_, i) => step * (i - steps));
  const densities = nodes.map((y) => 1 / (2 + 2 * Math.cosh(y)));
  const total = densities.reduce((sum, density) => sum + density, 0);
  const row = (values: readonly number[]) => b.constant(values, [values.length]);
  const weights = row(densities.map((density) => density / total));
  const average = (value: Value) => b.reduceSum(b.mul(value, weights), [1], true);
  const rho = b.reshape(logit, [elementCount(logit.shape), 1]);
  const ifNegative = (one: Value, other: Value) => b.selectGreater(0, rho, one, other);
  // At −|ρ| s is small and keeps its digits.
  const shifted = b.add(ifNegative(rho, b.neg(rho)), row(nodes.map((node) => relaxation * node)));
  const s = b.sigmoid(b.mul(1 / width, shifted));
  const small = average(s);
  const spread = average(b.square(b.sub(s, small)));
  const variance = b.add(spread, b.mul(1 - relaxation, average(b.mul(s, b.sub(1, s)))));
  const scale = b.add(1, b.exp(rho));
  return {
    mean: b.reshape(b.mul(ifNegative(b.sub(1, small), small), scale), logit.shape),
    variance: b.reshape(b.mul(b.mul(variance, scale), scale), logit.shape),
  };
}
