import type { Distribution, DistributionParameters } from './distribution.js';
import { integrate } from './integrate.js';
import { mixtureCdf } from './mixtureCdf.js';
import { mixtureQuantile } from './mixtureQuantile.js';

/** What is left out of the sum over counts, at either end: a probability whose square is below the rounding of the sum. */
const REST = 1e-9;

/**
 * The continuous ranked probability score of the mixture of components with equal weights for the target y,
 * `∫ (F(x) − [x ≥ y])² dx` (Gneiting & Raftery 2007, eq. 20), in the target's units. It is computed from the cdf F: as a sum over
 * whole numbers for discrete distributions, by the closed form of the distribution if it has one (`crps`), by adaptive quadrature
 * otherwise, to about 1e-8 of the spread and the error together.
 * It is infinite for tails as heavy as those of Student's t with half a degree of freedom or less.
 *
 * @param near where to look for the mixture first, such as its mean
 * @param step how far to go from there at first, such as its standard deviation; positive
 * @throws VARDROP_EMPTY without components
 */
export function mixtureCrps(
  y: number,
  distribution: Pick<Distribution, 'cdf' | 'crps' | 'discrete'>,
  components: readonly DistributionParameters[],
  near = y,
  step = 1,
): number {
  if (distribution.crps && components.length > 0) return distribution.crps(y, components);
  const cdf = (x: number) => mixtureCdf(x, distribution, components);
  const quantile = (p: number) => mixtureQuantile(p, distribution, components, near, step);
  if (distribution.discrete) {
    const [first, last] = [quantile(REST), quantile(1 - REST)];
    // Between the target and the first or last count, the cdf is 0 or 1.
    let sum = Math.max(first - y, y - 1 - last, 0);
    for (let k = first; k <= last; k++) sum += (cdf(k) - (k >= y ? 1 : 0)) ** 2;
    return sum;
  }
  const [lower, middle, upper] = [quantile(0.25), quantile(0.5), quantile(0.75)];
  const scale = upper - lower + Math.abs(y - middle);
  // x = scale t/(1 − t) to both sides of y. With it, tails that fall like powers of x have no end either.
  const integrand = (t: number) => {
    const x = (scale * t) / (1 - t);
    return (cdf(y - x) ** 2 + (1 - cdf(y + x)) ** 2) / (1 - t) ** 2;
  };
  return scale * integrate(integrand, 0, 1, 1e-7);
}
