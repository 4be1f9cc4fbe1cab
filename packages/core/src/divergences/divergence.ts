import { VardropError } from '../errors.js';
import type { NoiseModel, Posterior } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';

/**
 * KL(q ‖ prior) of one layer's noise, in nats, summed over its independent noise variables: weights for independent
 * weight noise, input units for noise on the inputs.
 */
export interface Divergence {
  /** Stable name, as the command line has it, such as `exact`. */
  readonly name: string;
  /** Why the KL of this noise does not exist or is not known, or undefined if it is. */
  refuses(noise: NoiseModel): string | undefined;
  /** The scalar KL. Called only with posteriors of noise that is not refused. */
  kl(b: Builder, posterior: Posterior): Value;
}

/** Reasons that all divergences share: nothing is learned, or the posterior has no density. */
export function refuseWithoutDensity(noise: NoiseModel): string | undefined {
  if (noise.learns === undefined) return 'nothing of this noise is learned, so that its KL is a constant';
  if (noise.learns === 'bernoulli') {
    return 'a Bernoulli posterior has no density, so that its KL to a continuous prior is infinite; gaussian() has the published form for it';
  }
  if (noise.learns === 'gaussian' && noise.alpha === undefined) {
    return 'mean-field weights have no α; sparseVariational is the same noise under a prior of α';
  }
  return undefined;
}

/** Throws `VARDROP_COMBINATION` for a posterior that `refuses` turns away. */
export function refusePosterior(divergence: string, posterior: Posterior): never {
  throw new VardropError(
    'VARDROP_COMBINATION',
    `[${divergence}] posterior: got kind '${posterior.kind}', for which this divergence is not defined. Ask refuses() first.`,
  );
}

/** The sum over a posterior's noise variables of an elementwise KL. */
export function sumOver(b: Builder, posterior: Posterior, elementwise: Value): Value {
  const sum = b.reduceSum(elementwise);
  return posterior.kind === 'gaussian' ? sum : b.mul(sum, posterior.count);
}

/** The smallest normal float32, below which a square is not told from 0. */
export const smallestSquare = 2 ** -126;

/**
 * θ², held at 2⁻¹²⁶ where it is less, so that its logarithm and quotients by it are finite. There α = σ²/θ² is at most
 * 2¹²⁶ σ². For every σ that float32 training meets (log σ² above −70, say) that is beyond 10⁷, where a divergence of
 * unbounded α is its limit to float32's accuracy; for much smaller σ it is not.
 */
export function heldSquare(b: Builder, mean: Value): Value {
  return b.max(b.square(mean), smallestSquare);
}

/** −log α = log θ² − log σ², finite and with a finite gradient at θ = 0. */
export function negativeLogAlpha(b: Builder, posterior: Posterior): Value {
  if (posterior.kind === 'scale') return b.neg(posterior.logAlpha);
  if (posterior.kind === 'gaussian') return b.sub(b.log(heldSquare(b, posterior.mean)), posterior.logVariance);
  return refusePosterior('log α', posterior);
}
