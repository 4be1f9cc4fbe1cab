import type { Distribution, DistributionParameters } from './distribution.js';

/** `P(Y ≤ y)` of the mixture of a distribution's components with equal weights: the mean of their cdfs. */
export function mixtureCdf(
  y: number,
  distribution: Pick<Distribution, 'cdf'>,
  components: readonly DistributionParameters[],
): number {
  let sum = 0;
  for (const parameters of components) sum += distribution.cdf(y, parameters);
  return sum / components.length;
}
