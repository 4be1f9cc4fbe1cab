import { readFileSync } from 'node:fs';
import * as core from '../../src/index.js';

/** A case of scripts/reference/likelihoods.py. */
export interface LikelihoodCase {
  readonly name: string;
  readonly likelihood: string;
  readonly options: object;
  readonly outputs: readonly number[];
  readonly rows: number;
  readonly output: readonly number[];
  /** null is missing. */
  readonly target: readonly (number | null)[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly cotangent: readonly number[];
  readonly negativeLogLikelihood: readonly number[];
  readonly condition: readonly number[];
  readonly outputGradient: readonly number[];
  readonly parameterGradients: Readonly<Record<string, readonly number[]>>;
  readonly training?: {
    readonly loss: readonly number[];
    readonly outputGradient: readonly number[];
    readonly parameterGradients: Readonly<Record<string, readonly number[]>>;
  };
}

/** What predictions from samples of the outputs come to, and draws of targets. */
export interface PredictionCase {
  readonly likelihood: string;
  readonly options: object;
  readonly outputs: readonly number[];
  readonly rows: number;
  readonly samples: number;
  /** `[samples, rows, …outputs]`. */
  readonly output: readonly number[];
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly kind: 'classes' | 'values';
  readonly probabilities: readonly number[];
  readonly entropy: readonly number[];
  readonly mutualInformation: readonly number[];
  /** How often each class was drawn. */
  readonly counts: readonly number[];
  readonly mean: readonly number[];
  readonly epistemicVariance: readonly number[];
  readonly aleatoricVariance: readonly number[];
  readonly drawnMean: readonly number[];
  readonly drawnVariance: readonly number[];
  /** Fourth central moment. */
  readonly drawnFourth: readonly number[];
  readonly quantiles: readonly number[];
  /** For each target and quantile, numbers between which it lies but for a chance of 1e-9. */
  readonly bands: readonly (readonly (readonly [number, number])[])[];
}

export const fixture: {
  readonly draws: number;
  readonly cases: readonly LikelihoodCase[];
  readonly predictions: readonly PredictionCase[];
} = JSON.parse(readFileSync(new URL('../../fixtures/likelihoods.json', import.meta.url), 'utf8'));

/** Core's likelihood of a case. */
export function likelihoodOf({ likelihood, options }: Pick<LikelihoodCase, 'likelihood' | 'options'>): core.Likelihood {
  const make = (core as unknown as Readonly<Record<string, (options: object) => core.Likelihood>>)[likelihood];
  return make(options);
}
