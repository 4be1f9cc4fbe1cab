import type { Divergence } from './divergences/divergence.js';
import {
  ard,
  gaussianPrior,
  logUniformCubic,
  logUniformExact,
  logUniformSigmoid,
  truncatedLogUniform,
} from './divergences/index.js';
import { VardropError } from './errors.js';
import type { Estimator, LinearMap } from './estimators/estimator.js';
import { flipout, localReparametrization, separateSamples, singleSample } from './estimators/index.js';
import {
  bernoulli,
  bernoulliLearned,
  gaussianDropout,
  meanField,
  noNoise,
  sparseVariational,
  structuredBayesianPruning,
  variationalDropout,
} from './noise/index.js';
import type { NoiseModel } from './noise/noiseModel.js';

/**
 * The reason why a noise model, an estimator and a divergence cannot be combined, or undefined if they can. Without a
 * divergence the noise is trained by the data alone.
 */
export function refusal(
  noise: NoiseModel,
  estimator: Estimator,
  divergence: Divergence | null | undefined,
): string | undefined {
  const sampled = estimator.refuses(noise);
  if (sampled !== undefined) return `noise '${noise.name}' with estimator '${estimator.name}': ${sampled}`;
  const diverged = divergence?.refuses(noise);
  if (diverged !== undefined) return `noise '${noise.name}' with divergence '${divergence?.name}': ${diverged}`;
  return undefined;
}

/** Where a combination is used. */
export interface CombinationPlace {
  readonly map?: LinearMap;
  readonly sharedNoise?: 'anew' | 'once';
}

/** Throws `VARDROP_COMBINATION` with the reason where `refusal` has one, or where the place of the combination has one. */
export function checkCombination(
  who: string,
  noise: NoiseModel,
  estimator: Estimator,
  divergence: Divergence | null | undefined,
  { map, sharedNoise }: CombinationPlace = {},
): void {
  const reason =
    refusal(noise, estimator, divergence) ??
    map?.refuses?.(noise, estimator) ??
    (sharedNoise === 'once' && noise.acts === 'weights' && estimator.preActivations
      ? `sharedNoise 'once' with estimator '${estimator.name}': its noise belongs to pre-activations, not to weights that could be shared`
      : undefined);
  if (reason !== undefined) {
    throw new VardropError(
      'VARDROP_COMBINATION',
      `[${who}] ${reason}. Change one of the two; docs/combinations.md lists what goes together.`,
    );
  }
}

/** One row of the table of combinations. */
export interface Combination {
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
  /** `null`: no divergence, so the noise is trained by the data alone. */
  readonly divergence: Divergence | null;
  /** Why it is refused; absent if it is valid. */
  readonly refusal: string | undefined;
}

/** Every noise model at every granularity of α, with each estimator and divergence, valid or refused. */
export function combinations(): readonly Combination[] {
  const noises: readonly NoiseModel[] = [
    noNoise(),
    bernoulli(),
    gaussianDropout({ type: 'A' }),
    gaussianDropout({ type: 'B' }),
    ...(['network', 'layer', 'input'] as const).map((alpha) => variationalDropout({ type: 'A', alpha })),
    ...(['network', 'layer', 'input', 'output', 'weight'] as const).map((alpha) =>
      variationalDropout({ type: 'B', alpha }),
    ),
    sparseVariational(),
    meanField(),
    ...(['layer', 'input', 'weight'] as const).map((rates) => bernoulliLearned({ rates })),
    structuredBayesianPruning(),
  ];
  const estimators = [localReparametrization(), separateSamples(), singleSample(), flipout()];
  const divergences = [
    null,
    logUniformExact(),
    logUniformCubic(),
    logUniformSigmoid(),
    ard(),
    gaussianPrior(),
    truncatedLogUniform(),
  ];
  return noises.flatMap((noise) =>
    estimators.flatMap((estimator) =>
      divergences.map((divergence) => ({
        noise,
        estimator,
        divergence,
        refusal: refusal(noise, estimator, divergence),
      })),
    ),
  );
}
