import { VardropError } from '../errors.js';
import type { Distribution, DistributionParameters } from './distribution.js';
import { mixtureCdf } from './mixtureCdf.js';

/** Two arguments between which a function reaches a value, and its differences from that value there: below 0, and 0 or more. */
interface Bracket {
  readonly low: number;
  readonly high: number;
  readonly below: number;
  readonly above: number;
}

/**
 * The p-quantile of the mixture of components with equal weights: where its cdf is p; for discrete distributions the smallest whole
 * number whose cdf is at least p. The answer is found between two bounds, so it does not depend on the shape of the mixture. Where
 * the cdf is level at p, any number of that stretch may come out.
 *
 * @param near where to look first, such as the mean
 * @param step how far to go from there at first, such as the standard deviation; positive
 * @returns the quantile, `±Infinity` beyond the largest number, or NaN where the cdf is NaN; cdf and p agree to about 2e-16 of p,
 * or the quantile is one of two neighbouring numbers
 * @throws VARDROP_PROBABILITY unless p is between 0 and 1; VARDROP_EMPTY without components
 */
export function mixtureQuantile(
  p: number,
  distribution: Pick<Distribution, 'cdf' | 'discrete'>,
  components: readonly DistributionParameters[],
  near = 0,
  step = 1,
): number {
  if (!(p > 0 && p < 1)) {
    throw new VardropError(
      'VARDROP_PROBABILITY',
      `[quantile] p: got ${p}, needs a number between 0 and 1. The quantiles 0 and 1 are where a distribution ends, mostly at infinity.`,
    );
  }
  if (components.length === 0) {
    throw new VardropError('VARDROP_EMPTY', '[quantile] components: got none, needs at least one sample.');
  }
  const difference = (y: number) => mixtureCdf(y, distribution, components) - p;
  const start = distribution.discrete ? Math.round(near) : near;
  const bracket = findBracket(difference, start, distribution.discrete ? Math.max(Math.round(step), 1) : step);
  if (!Number.isFinite(bracket.low)) return bracket.low;
  if (!Number.isFinite(bracket.high)) return bracket.high;
  return distribution.discrete ? smallestWhole(difference, bracket) : root(difference, bracket, 2e-16 * p);
}

/** Goes from `start` in steps that double. A bound that is not finite, or NaN, is the quantile itself. */
function findBracket(difference: (y: number) => number, start: number, step: number): Bracket {
  const first = difference(start);
  if (Number.isNaN(first)) return { low: Number.NaN, high: Number.NaN, below: first, above: first };
  let [low, high, below, above] = [start, start, first, first];
  for (let size = step; below >= 0 && low > Number.NEGATIVE_INFINITY; size *= 2) {
    [high, above] = [low, below];
    low = start - size;
    below = difference(low);
  }
  for (let size = step; above < 0 && high < Number.POSITIVE_INFINITY; size *= 2) {
    [low, below] = [high, above];
    high = start + size;
    above = difference(high);
  }
  return { low, high, below, above };
}

function smallestWhole(difference: (y: number) => number, bracket: Bracket): number {
  let { low, high } = bracket;
  while (high - low > 1) {
    const middle = Math.floor(low + (high - low) / 2);
    if (middle === low) break;
    if (difference(middle) >= 0) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * A root by the method of Chandrupatla (1997): inverse quadratic interpolation where the last three points are monotone enough,
 * bisection elsewhere.
 */
function root(difference: (y: number) => number, { low, high, below, above }: Bracket, tolerance: number): number {
  // a is the newest point, b the one on the other side of the root, c the one that a or b has replaced.
  let [a, fa, b, fb] = [low, below, high, above];
  let part = 0.5;
  for (let count = 0; count < 200; count++) {
    const y = a + part * (b - a);
    const fy = difference(y);
    let [c, fc] = [a, fa];
    if (fy < 0 !== fa < 0) {
      [c, fc] = [b, fb];
      [b, fb] = [a, fa];
    }
    [a, fa] = [y, fy];
    const [best, least] = Math.abs(fa) < Math.abs(fb) ? [a, fa] : [b, fb];
    const smallest = (2 ** -52 * Math.abs(best) + Number.MIN_VALUE) / Math.abs(b - a);
    if (Math.abs(least) <= tolerance || smallest >= 0.5) return best;
    const [xi, phi] = [(a - b) / (c - b), (fa - fb) / (fc - fb)];
    const monotone = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    const interpolated =
      (fa / (fb - fa)) * (fc / (fb - fc)) + ((c - a) / (b - a)) * (fa / (fc - fa)) * (fb / (fc - fb));
    part = monotone ? Math.min(Math.max(interpolated, smallest), 1 - smallest) : 0.5;
  }
  return a;
}
