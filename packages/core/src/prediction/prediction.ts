import type { Likelihood, Likelihoods, TargetKind } from '../likelihoods/likelihood.js';

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
  /** The name of each row's label, where a network that knows the names of its classes has predicted. */
  readonly labelNames?: readonly string[];
  /** Entropy `H[E p]` of each row of `probabilities`, in nats: total uncertainty. */
  readonly entropy: Float64Array<ArrayBuffer>;
  /**
   * `H[E p] − E H[p]` of each row, in nats: how much the samples disagree (epistemic uncertainty). The entropy of a mean of S
   * samples is biased downwards by about `Σ Var p / (2S p̄)` over the classes (delta method; 1/S of the mutual information
   * where samples disagree little). This bias is corrected; the remaining one falls with 1/S². Between 0 and the logarithm of
   * the number of classes; 0 with fewer than two samples.
   */
  readonly mutualInformation: Float64Array<ArrayBuffer>;
  /** The classes that are likely enough, where the network was calibrated with `conformal`. */
  readonly sets?: PredictionSets;
  /** 1 for rows that are sure enough, else 0, `[rows]`, where the network was calibrated with `selective`. */
  readonly accepted?: Uint8Array<ArrayBuffer>;
}

/** Sets of classes that hold the label of a new row with a given probability. */
export interface PredictionSets {
  /** 1 for the classes of a row's set, else 0, `[rows, classes]`. */
  readonly members: Uint8Array<ArrayBuffer>;
  /** The number of classes in the set of each row, at least 1 unless scores are randomized. */
  readonly sizes: Int32Array<ArrayBuffer>;
  /** The probability, on average over calibration sets and new rows. */
  readonly coverage: number;
}

/** Intervals that hold the target of a new row with a given probability, each column by itself. */
export interface PredictionInterval {
  /** `[rows, outputs]`. */
  readonly lower: Float64Array<ArrayBuffer>;
  readonly upper: Float64Array<ArrayBuffer>;
  /** The probability, on average over calibration sets and new rows. */
  readonly coverage: number;
}

/** What is predicted for outputs that are 0 or 1 each (`binary`), for `rows` datapoints. Every array belongs to the caller. */
export interface BinaryPrediction {
  readonly kind: 'binary';
  readonly rows: number;
  /** Predictions per row: the product of the model's output shape. */
  readonly outputs: number;
  /** Monte-Carlo samples averaged; 0 where the weights' means were used. */
  readonly samples: number;
  /** Mean over the samples of the probability of 1, `[rows, outputs]`, row-major. */
  readonly probabilities: Float32Array<ArrayBuffer>;
  /** 1 where the probability is above 0.5, else 0, `[rows, outputs]`. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** The categories of the labels, `[rows, outputs]`, where a network with a preprocessing has predicted. */
  readonly labelNames?: readonly string[];
  /** Entropy of each probability, in nats, `[rows, outputs]`. */
  readonly entropy: Float64Array<ArrayBuffer>;
  /** As in `ClassificationPrediction`, of each output, `[rows, outputs]`. */
  readonly mutualInformation: Float64Array<ArrayBuffer>;
  /** As in `ClassificationPrediction`, `[rows]`. */
  readonly accepted?: Uint8Array<ArrayBuffer>;
}

/** What a regression predicts for `rows` datapoints. Every array belongs to the caller. */
export interface RegressionPrediction {
  readonly kind: 'regression';
  readonly rows: number;
  /** Predicted numbers per row: the product of the shape of a target. */
  readonly outputs: number;
  /** Monte-Carlo samples averaged; 0 where the weights' means were used. */
  readonly samples: number;
  /** Mean of the targets, `[rows, outputs]`, row-major: the mean over the samples. */
  readonly mean: Float32Array<ArrayBuffer>;
  /** Unbiased variance over the samples of the mean given a sample, `[rows, outputs]`; 0 with fewer than two samples. */
  readonly epistemicVariance: Float64Array<ArrayBuffer>;
  /** Mean over the samples of the variance of the targets given a sample, `[rows, outputs]`. */
  readonly aleatoricVariance: Float64Array<ArrayBuffer>;
  /**
   * With the option `quantiles`: those of each target, `[rows, outputs, quantiles]`. They are those of the mixture of the samples'
   * distributions; of counts the smallest number with at least this probability.
   */
  readonly quantiles?: Float64Array<ArrayBuffer>;
  /** Where the target is likely to be, where the network was calibrated with `conformal`. */
  readonly interval?: PredictionInterval;
  /** As in `ClassificationPrediction`, `[rows]`. */
  readonly accepted?: Uint8Array<ArrayBuffer>;
}

/**
 * What `predict` returns for a likelihood of labels, of binary targets, or of values and counts. Where the compiler does not know which, `kind` tells them
 * apart.
 */
export type Prediction<Targets extends TargetKind = TargetKind> = Targets extends 'labels'
  ? ClassificationPrediction
  : Targets extends 'binary'
    ? BinaryPrediction
    : RegressionPrediction;

/** What `predict` returns: a prediction, or where likelihoods are given by the names of outputs, one for each by its name. */
export type PredictionOf<Given extends Likelihoods> =
  Given extends Likelihood<infer Targets>
    ? Prediction<Targets>
    : { readonly [Name in keyof Given]: Given[Name] extends Likelihood<infer Targets> ? Prediction<Targets> : never };
