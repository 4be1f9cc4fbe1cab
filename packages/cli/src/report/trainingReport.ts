import type { Several } from './severalRuns.js';

/** The measures of one training run; which there are depends on the task. Those of numbers are in the target's units. */
export interface RunSummary {
  /** Classification: fraction of the test rows that the predictive mean gets wrong. */
  readonly testError?: number;
  /** Mean negative log likelihood of the test targets under the predictive distribution, nats per row. */
  readonly nll: number;
  /** Classification: mean squared distance of probabilities and one-hot label, in [0, 2]. */
  readonly brier?: number;
  /** Classification: expected calibration error, a fraction. */
  readonly ece?: number;
  /** Numbers and counts: root mean squared error of the predictive mean. */
  readonly rmse?: number;
  /** Numbers and counts: continuous ranked probability score. */
  readonly crps?: number;
  /** Numbers and counts: fraction of the test targets in their central 50 % interval. */
  readonly coverage50?: number;
  /** The same of the 90 % interval. */
  readonly coverage90?: number;
  /** Yes or no: area under the ROC curve. */
  readonly auroc?: number;
  /** Yes or no: average precision. */
  readonly averagePrecision?: number;
  /** Calibrated with `conformal`: fraction of the targets in their set or interval. */
  readonly covered?: number;
  /** Mean number of classes in a set. */
  readonly setSize?: number;
  /** Mean width of an interval, in the target's units. */
  readonly intervalWidth?: number;
  /** Calibrated with `selective`: fraction of the rows that are accepted. */
  readonly accepted?: number;
  /** Fraction of accepted rows that the predictive mean gets wrong. */
  readonly acceptedError?: number;
  /** RMSE of accepted rows. */
  readonly acceptedRmse?: number;
  /** Data term of the objective in the last epoch: mean negative log likelihood under noise, nats per training row. */
  readonly dataTerm: number;
  /** KL of the whole network, not weighted and not divided by the number of images, nats. */
  readonly kl: number;
  /** Fraction of the weights that pruning by α would remove. */
  readonly sparsity: number;
  /** Wall-clock time of training and testing. */
  readonly seconds: number;
  readonly backend: string;
  readonly noise: string;
  readonly seed: number;
  /** Test rows behind `testError`; with it, the report gives a confidence interval. */
  readonly testCount?: number;
}

/** The results of one epoch. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean negative log likelihood under noise, nats per training row. */
  readonly dataTerm: number;
  /** KL of the whole network at the end of the epoch, nats. */
  readonly kl: number;
  /** What was minimized: data term + weighted KL / N, nats per training row. */
  readonly objective: number;
  /** Fraction of wrong validation rows, for classification. */
  readonly validationError?: number;
  /** Mean negative log likelihood of the validation targets, nats per row. */
  readonly validationNll?: number;
  readonly seconds: number;
}

/** One layer of the trained network. */
export interface LayerReport {
  readonly name: string;
  /** Such as `dense`. */
  readonly kind: string;
  /** Number of trained values. */
  readonly parameters: number;
  /**
   * The learned or fixed α, noise variance over squared mean (for learned Bernoulli rates p/(1 − p)). `granularity`
   * says what one value stands for: `network`, `layer`, `input`, `output` or `weight` (then `[in, out]`, row-major).
   */
  readonly alpha?: { readonly values: Float32Array | readonly number[]; readonly granularity: string };
  /** Fraction of the layer's weights that pruning by α would remove. */
  readonly sparsity?: number;
}

/** One bin of predictions by confidence. */
export interface ReliabilityBin {
  /** Lower end of the bin's confidences, in [0, 1]. */
  readonly lower: number;
  readonly upper: number;
  /** Number of predictions in the bin; if it is 0 the two means have no meaning. */
  readonly count: number;
  /** Fraction of them that are right. */
  readonly accuracy: number;
  /** Mean of their confidences. */
  readonly confidence: number;
}

/** A test image with an uncertain prediction. */
export interface UncertainImage {
  /** Position in the test images. */
  readonly index: number;
  /** Pixels in [0, 1], `[height, width]`, row-major. */
  readonly image: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly label: number;
  readonly predicted: number;
  /** Predictive mean, `[classes]`. */
  readonly probabilities: readonly number[];
  /** Entropy of the predictive mean, nats. */
  readonly entropy: number;
  /** Mutual information of prediction and weights, nats: the part of the entropy that more data could remove. */
  readonly mutualInformation: number;
}

/** A run of a comparison: its measures and, if known, its epochs. */
export interface ComparedRun extends RunSummary {
  /** What the run is called. Default: its noise model. Repeated names are numbered. */
  readonly label?: string;
  readonly epochs?: readonly EpochReport[];
}

/** A prediction of a number beside its target, in the column's units. */
export interface PredictedPoint {
  readonly target: number;
  /** Predictive mean. */
  readonly mean: number;
  /** Ends of the central 90 % interval. */
  readonly lower: number;
  readonly upper: number;
}

/** Predictions of one target, numbers or counts, on the test rows; in the column's units. */
export interface RegressionReport {
  /** Targets that `pit` is of. */
  readonly pitTargets: number;
  /** Name of the column. */
  readonly target: string;
  readonly rows: number;
  /** Test rows, some hundreds of them. */
  readonly points: readonly PredictedPoint[];
  /** Shares of the probability integral transforms in bins of equal width; those of all targets together where there are several. */
  readonly pit: readonly { readonly lower: number; readonly upper: number; readonly share: number }[];
  /** Central intervals: their level, the fraction of targets in them, and their mean width. */
  readonly intervals: readonly { readonly level: number; readonly coverage: number; readonly width: number }[];
  /** Standard deviations of predictions over the test rows, by their cause. */
  readonly noise: readonly {
    readonly name: string;
    readonly minimum: number;
    readonly median: number;
    readonly maximum: number;
  }[];
}

/** Predictions of one answer of yes or no on the test rows. */
export interface BinaryReport {
  /** What yes means. */
  readonly name: string;
  readonly rows: number;
  /** Rows whose target is yes. */
  readonly positives: number;
  /** From (0, 0) to (1, 1). */
  readonly roc: readonly { readonly falsePositiveRate: number; readonly truePositiveRate: number }[];
  readonly auroc: number;
  readonly averagePrecision: number;
  /** By the probability of yes; `accuracy` is the share of yes. */
  readonly bins: readonly ReliabilityBin[];
}

/** The learned α of one column of a table: the geometric mean over its inputs. */
export interface ColumnAlpha {
  readonly name: string;
  readonly alpha: number;
}

/** One network of a search. */
export interface TriedNetwork {
  /** From 0. */
  readonly trial: number;
  readonly noise: string;
  readonly klWeight: number;
  readonly learningRate: number;
  /** What is compared, nats per row; infinite where training diverged. */
  readonly validationNll: number;
  readonly seconds: number;
}

/** α by input pixel. */
export interface InputAlpha {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, row-major. */
  readonly values: Float32Array;
}

/** Everything that the report and the summary show: plain data, made by a training command. */
export interface TrainingReport {
  /** The options and whatever else describes the run, in the order to show them. */
  readonly configuration: Readonly<Record<string, string | number | boolean>>;
  readonly summary: RunSummary;
  readonly epochs: readonly EpochReport[];
  /** Input side first. */
  readonly layers: readonly LayerReport[];
  /** Classification: accuracy by confidence. */
  readonly reliability?: { readonly bins: readonly ReliabilityBin[]; readonly ece: number };
  /** Numbers and counts: an entry for each target. */
  readonly regression?: readonly RegressionReport[];
  /** Yes or no: an entry for each answer. */
  readonly binary?: readonly BinaryReport[];
  /** Tables: α of the first layer by column. */
  readonly columns?: readonly ColumnAlpha[];
  /** α of the first layer by input pixel ({@link inputAlphaOf} makes it); left out where there is no such thing. */
  readonly inputAlpha?: InputAlpha;
  /** Images: those with the largest entropy or mutual information, in any order. */
  readonly uncertain?: readonly UncertainImage[];
  /** What one datapoint is. Default: `image`. */
  readonly one?: 'image' | 'row';
  /** What was found out about the data, and is said. */
  readonly notes?: readonly string[];
  /** The runs of a comparison, the folds of a cross-validation, or members and their ensemble, in the order to show them. */
  readonly runs?: readonly ComparedRun[];
  /** What the runs are. Default: `comparison`. */
  readonly several?: Several;
  /** The networks that a search has tried. */
  readonly tried?: readonly TriedNetwork[];
  /** Whether the training was interrupted. */
  readonly interrupted?: boolean;
}
