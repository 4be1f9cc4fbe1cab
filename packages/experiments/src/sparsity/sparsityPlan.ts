/**
 * How the sparse and the dense network are trained. The published recipe is Molchanov, Ashukha & Vetrov's (2017); the
 * last step, fine-tuning, is beside it, and reported beside it.
 */
export interface SparsityPlan {
  /** Units of the hidden layers: LeNet-300-100 has 300 and 100. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  /** Adam's. */
  readonly learningRate: number;
  /** Epoch from which the learning rate falls linearly to 0, reached at the last. */
  readonly fallsFrom: number;
  /**
   * The KL's weight is 0 up to epoch `from`, then rises linearly to its full one at epoch `to`. That is 1, the bound, or
   * where `images` is given and the data are fewer, their share of it: the KL then counts as little beside each datapoint
   * as it would with so many images.
   */
  readonly kl: { readonly from: number; readonly to: number; readonly images?: number };
  /** Where log σ² starts. */
  readonly logVariance: number;
  /** log α from which on a weight is removed. */
  readonly threshold: number;
  /** Training of the surviving weights without noise and KL, Adam's learning rate falling linearly to 0. */
  readonly fineTuning: { readonly epochs: number; readonly learningRate: number };
  /** How many pairs of networks are trained. */
  readonly seeds: number;
}

/** The published recipe. */
export const publishedSparsityPlan: SparsityPlan = {
  hidden: [300, 100],
  epochs: 200,
  batch: 100,
  learningRate: 1e-3,
  fallsFrom: 100,
  kl: { from: 5, to: 20 },
  logVariance: -10,
  threshold: 3,
  fineTuning: { epochs: 30, learningRate: 1e-3 },
  seeds: 5,
};

/**
 * Minutes on the embedded digits: half the epochs, and as the digits are few, the KL as with 40,000 images. At the bound's
 * own weight it would remove what the data need; this one was chosen on a fifth of the training digits held out.
 */
export const quickSparsityPlan: SparsityPlan = {
  ...publishedSparsityPlan,
  epochs: 100,
  fallsFrom: 50,
  kl: { from: 5, to: 20, images: 40_000 },
  fineTuning: { epochs: 15, learningRate: 1e-3 },
  seeds: 5,
};

/** The full weight of the KL for so many images. */
export function klWeight({ kl }: SparsityPlan, images: number): number {
  return kl.images === undefined ? 1 : Math.min(1, images / kl.images);
}
