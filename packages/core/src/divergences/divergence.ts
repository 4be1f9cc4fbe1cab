import { VardropError } from '../errors.js';
import type { NoiseModel, Posterior } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import type { Recipe } from '../recipe.js';

/**
 * KL(q ‖ prior) of one layer's noise, in nats, summed over its independent noise variables: weights for independent
 * weight noise, input units for noise on the inputs.
 */
export interface Divergence {
  /** Stable name, also used by the command line, such as `exact`. */
  readonly name: string;
  /** How it was made. Without it a model that has it cannot be described. */
  readonly recipe?: Recipe;
  /** The reason why the KL of this noise does not exist or is not known; undefined if the noise is accepted. */
  refuses(noise: NoiseModel): string | undefined;
  /** The scalar KL. Called only with posteriors of noise that is not refused. */
  kl(b: Builder, posterior: Posterior): Value;
}

/** Reasons that all divergences share: nothing is learned, or the posterior has no density. */
export function refuseWithoutDensity(noise: NoiseModel): string | undefined {
  if (noise.learns === undefined) return 'this noise learns nothing, so its KL is a constant';
  if (noise.learns === 'bernoulli') {
    return 'a Bernoulli posterior has no density, so its KL to a continuous prior is infinite; gaussianPrior() has the published form for it';
  }
  const truncated = refuseTruncated(noise);
  if (truncated !== undefined) return truncated;
  if (noise.learns === 'gaussian' && noise.alpha === undefined) {
    return 'mean-field weights have no α; sparseVariational is the same noise under a prior of α';
  }
  return undefined;
}

/** The reason of all divergences but one for factors on an interval. */
export function refuseTruncated({ learns }: NoiseModel): string | undefined {
  return learns === 'truncatedLogNormal'
    ? 'its factors are log-normal on an interval and not N(1, α); use truncatedLogUniform'
    : undefined;
}

/** Throws `VARDROP_COMBINATION` for a posterior that `refuses` rejects. */
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

/** The smallest normal float32. A smaller square may be read as 0. */
export const smallestSquare = 2 ** -126;

/**
 * θ², but at least 2⁻¹²⁶, so that its logarithm and quotients by it are finite. The bound limits α = σ²/θ² to 2¹²⁶ σ². For
 * every σ that occurs in float32 training (log σ² above −70, say) this limit is above 10⁷, where a divergence for unbounded α
 * equals its limit in float32. For much smaller σ it does not.
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
