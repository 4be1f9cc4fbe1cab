/** The measures of one training run. */
export interface RunSummary {
  /** Fraction of the test images that the predictive mean gets wrong. */
  readonly testError: number;
  /** Mean negative log likelihood of the test labels under the predictive mean, nats per image. */
  readonly nll: number;
  /** Brier score of the test images: mean squared distance of probabilities and one-hot label, in [0, 2]. */
  readonly brier: number;
  /** Expected calibration error of the test images, a fraction. */
  readonly ece: number;
  /** Data term of the objective in the last epoch: mean negative log likelihood under noise, nats per training image. */
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
  /** Test images behind `testError`; with it, the report gives a confidence interval. */
  readonly testCount?: number;
}

/** The results of one epoch. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  /** Mean negative log likelihood under noise, nats per training image. */
  readonly dataTerm: number;
  /** KL of the whole network at the end of the epoch, nats. */
  readonly kl: number;
  /** What was minimized: data term + weighted KL / N, nats per training image. */
  readonly objective: number;
  /** Fraction of wrong validation images. */
  readonly validationError?: number;
  /** Mean negative log likelihood of the validation labels, nats per image. */
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
  readonly reliability: { readonly bins: readonly ReliabilityBin[]; readonly ece: number };
  /** α of the first layer by input pixel ({@link inputAlphaOf} makes it); left out where there is no such thing. */
  readonly inputAlpha?: InputAlpha;
  /** The images with the largest entropy or mutual information, in any order. */
  readonly uncertain: readonly UncertainImage[];
  /** The runs of a comparison, in the order to show them. */
  readonly runs?: readonly ComparedRun[];
  /** Whether the training was interrupted. */
  readonly interrupted?: boolean;
}
