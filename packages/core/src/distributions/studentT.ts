import { incompleteBetaFraction } from '../special/incompleteBetaFraction.js';
import { logGammaHalfStep } from '../special/logGammaHalfStep.js';
import type { Distribution } from './distribution.js';

const HALF_LOG_PI = 0.5723649429247001;

/**
 * Student's t distribution `{ location, scale, degreesOfFreedom }`; the last two are positive. Its tails fall like powers, so that
 * its variance is infinite up to two degrees of freedom, and its mean has none up to one. The cdf has its digits in the lower tail
 * too.
 */
export const studentT: Distribution = {
  cdf(y, { location, scale, degreesOfFreedom }) {
    const tail = upperTail(Math.abs(y - location) / scale, degreesOfFreedom);
    return y > location ? 1 - tail : tail;
  },
  logDensity(y, { location, scale, degreesOfFreedom }) {
    const logKernel = ((degreesOfFreedom + 1) / 2) * logOnePlusRatio(Math.abs(y - location) / scale, degreesOfFreedom);
    return (
      logGammaHalfStep(degreesOfFreedom / 2) -
      0.5 * Math.log(degreesOfFreedom) -
      HALF_LOG_PI -
      Math.log(scale) -
      logKernel
    );
  },
};

/** `log(1 + t²/ν)`, also where the ratio overflows. */
function logOnePlusRatio(t: number, degrees: number): number {
  const ratio = t / Math.sqrt(degrees);
  return ratio > 1e8 ? 2 * Math.log(t) - Math.log(degrees) : Math.log1p(ratio * ratio);
}

/** `P(T > t)` for t ≥ 0: half of the regularized incomplete beta function at `ν/(ν + t²)` (Abramowitz & Stegun 1964, 26.7.1). */
function upperTail(t: number, degrees: number): number {
  const half = degrees / 2;
  const logRatio = logOnePlusRatio(t, degrees);
  const x = Math.exp(-logRatio);
  const rest = -Math.expm1(-logRatio);
  // xᵃ (1 − x)^½ / B(a, ½) with a = ν/2.
  const front = Math.exp(logGammaHalfStep(half) - HALF_LOG_PI - half * logRatio) * Math.sqrt(rest);
  if (x < (half + 1) / (half + 2.5)) return 0.5 * front * incompleteBetaFraction(half, 0.5, x, rest);
  return 0.5 - 0.5 * front * incompleteBetaFraction(0.5, half, rest, x);
}
