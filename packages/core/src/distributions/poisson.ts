import { lgamma } from '../special/lgamma.js';
import { stirlingSeries } from '../special/stirlingSeries.js';
import type { Distribution } from './distribution.js';

/**
 * The Poisson distribution `{ rate }` of counts; the rate is 0 or more. The cdf has its digits in the lower tail too. It takes about
 * as many steps as ten roots of the rate.
 */
export const poisson: Distribution = {
  discrete: true,
  cdf(y, { rate }) {
    const count = Math.floor(y);
    if (!(rate >= 0) || Number.isNaN(count)) return Number.NaN;
    if (count < 0) return 0;
    if (count === Number.POSITIVE_INFINITY || rate === 0) return 1;
    return count < rate ? lowerTail(count, rate) : 1 - upperTail(count + 1, rate);
  },
  logDensity(y, { rate }) {
    if (!(rate >= 0) || Number.isNaN(y)) return Number.NaN;
    return Number.isInteger(y) && y >= 0 ? logProbability(y, rate) : Number.NEGATIVE_INFINITY;
  },
};

/** `P(Y ≤ count)`: terms that fall, from the greatest on. */
function lowerTail(count: number, rate: number): number {
  let term = 1;
  let sum = 1;
  for (let k = count; k > 0 && term > 1e-17 * sum; k--) {
    term *= k / rate;
    sum += term;
  }
  return Math.exp(logProbability(count, rate)) * sum;
}

/** `P(Y ≥ count)` for a count above the rate. */
function upperTail(count: number, rate: number): number {
  let term = 1;
  let sum = 1;
  for (let k = count + 1; term > 1e-17 * sum; k++) {
    term *= rate / k;
    sum += term;
  }
  return Math.exp(logProbability(count, rate)) * sum;
}

/** Logarithm of the probability of a count, by the saddle-point form of Loader (2000), in which no large terms cancel. */
function logProbability(count: number, rate: number): number {
  if (count < 12) return (count === 0 ? 0 : count * Math.log(rate) - lgamma(count + 1)) - rate;
  return -(deviance(count, rate) + stirlingSeries(count) + 0.5 * Math.log(2 * Math.PI * count));
}

/** `count log(count/rate) + rate − count`, by a series where the two are near each other. */
function deviance(count: number, rate: number): number {
  const v = (count - rate) / (count + rate);
  if (Math.abs(v) > 0.5) return count * Math.log(count / rate) + rate - count;
  let power = 2 * count * v;
  let sum = (count - rate) * v;
  for (let order = 3; ; order += 2) {
    power *= v * v;
    const next = sum + power / order;
    if (next === sum) return sum;
    sum = next;
  }
}
