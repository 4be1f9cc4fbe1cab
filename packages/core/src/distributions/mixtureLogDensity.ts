import type { Distribution, DistributionParameters } from './distribution.js';

/** Logarithm of the density, or of the probability, of y under the mixture of components with equal weights, in nats. */
export function mixtureLogDensity(
  y: number,
  distribution: Pick<Distribution, 'logDensity'>,
  components: readonly DistributionParameters[],
): number {
  const logs = components.map((parameters) => distribution.logDensity(y, parameters));
  const greatest = logs.reduce((a, b) => Math.max(a, b));
  if (!Number.isFinite(greatest)) return greatest;
  // Relative to the greatest, so that not all of them underflow.
  return greatest + Math.log(logs.reduce((sum, each) => sum + Math.exp(each - greatest), 0) / logs.length);
}
