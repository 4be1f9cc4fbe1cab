import type { Likelihoods } from '../heads.js';
import type { Likelihood, TargetKind } from '../likelihood.js';

/** What a classifier predicts for `rows` datapoints. Every array belongs to the caller. */
export interface ClassificationPrediction {
  readonly kind: 'classification';
  readonly rows: number;
  readonly classes: number;
  /** Monte-Carlo samples averaged; 0 where the weights' means were used. */
  readonly samples: number;
  /** Mean over the samples of the softmax, `[rows, classes]`, row-major. */
  readonly probabilities: Float32Array<ArrayBuffer>;
  /** The most probable class of each row; the first one of equally probable classes. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Entropy `H[E p]` of each row of `probabilities`, in nats: total uncertainty. */
  readonly entropy: Float64Array<ArrayBuffer>;
  /**
   * `H[E p] − E H[p]` of each row, in nats: how much the samples disagree (epistemic uncertainty). The entropy of a mean of S
   * samples is biased downwards by about `Σ Var p / (2S p̄)` over the classes (delta method; 1/S of the mutual information
   * where samples disagree little). This bias is corrected; the remaining one falls with 1/S². Between 0 and the logarithm of
   * the number of classes; 0 with fewer than two samples.
   */
  readonly mutualInformation: Float64Array<ArrayBuffer>;
}

/** What a regression predicts for `rows` datapoints. Every array belongs to the caller. */
export interface RegressionPrediction {
  readonly kind: 'regression';
  readonly rows: number;
  /** Predicted numbers per row: the product of the model's output shape. */
  readonly outputs: number;
  /** Monte-Carlo samples averaged; 0 where the weights' means were used. */
  readonly samples: number;
  /** Mean over the samples, `[rows, outputs]`, row-major. */
  readonly mean: Float32Array<ArrayBuffer>;
  /** Unbiased variance of the output over the samples, `[rows, outputs]`; 0 with fewer than two samples. */
  readonly epistemicVariance: Float64Array<ArrayBuffer>;
  /** Variance of the noise that the likelihood has learned, `[rows, outputs]` (the same in each row). */
  readonly aleatoricVariance: Float64Array<ArrayBuffer>;
}

/**
 * What `predict` returns for a likelihood of labels or of values. Where the compiler does not know which, `kind` tells them
 * apart.
 */
export type Prediction<Targets extends TargetKind = TargetKind> = Targets extends 'labels'
  ? ClassificationPrediction
  : RegressionPrediction;

/** What `predict` returns: a prediction, or where likelihoods are given by the names of outputs, one for each by its name. */
export type PredictionOf<Given extends Likelihoods> =
  Given extends Likelihood<infer Targets>
    ? Prediction<Targets>
    : { readonly [Name in keyof Given]: Given[Name] extends Likelihood<infer Targets> ? Prediction<Targets> : never };
