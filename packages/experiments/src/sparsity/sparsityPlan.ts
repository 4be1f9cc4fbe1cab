import { type SparsityModel, sparsityNetworks } from './sparsityNetworks.js';

/**
 * How the sparse and the dense network are trained. The published recipe is Molchanov, Ashukha & Vetrov's (2017); the last
 * step, fine-tuning, is not part of it and is reported separately.
 */
export interface SparsityPlan {
  /** Which network. */
  readonly model: SparsityModel;
  /** Units of its layers before the outputs: LeNet-300-100 has 300 and 100. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  /** Adam's. */
  readonly learningRate: number;
  /** Epoch from which the learning rate falls linearly to 0, reached at the last. */
  readonly fallsFrom: number;
  /**
   * The weight of the KL is 0 up to epoch `from`, then rises linearly to its full value at epoch `to`. The full value is 1, as
   * in the bound. If `images` is given and there are fewer data, it is their share of `images`: the KL then has the same weight
   * per datapoint as with that many images.
   */
  readonly kl: { readonly from: number; readonly to: number; readonly images?: number };
  /** Initial value of log σ². */
  readonly logVariance: number;
  /** Weights with log α of at least this are removed. */
  readonly threshold: number;
  /** Training of the surviving weights without noise and KL, Adam's learning rate falling linearly to 0. */
  readonly fineTuning: { readonly epochs: number; readonly learningRate: number };
  /** How many pairs of networks are trained. */
  readonly seeds: number;
}

/** The published recipe, except for the model. */
const published: Omit<SparsityPlan, 'model' | 'hidden'> = {
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

/** The recipes of each network. */
export const sparsityPlans: Readonly<
  Record<SparsityModel, { readonly full: SparsityPlan; readonly quick: SparsityPlan }>
> = {
  'lenet-300-100': {
    /** The published recipe. */
    full: { ...sizesOf('lenet-300-100'), ...published },
    /**
     * Minutes on the embedded digits: half the epochs, and the KL as with 40,000 images, since there are few digits. With the
     * full weight of the bound it would remove weights that the data need. This weight was chosen on a held-out fifth of the
     * training digits.
     */
    quick: {
      ...sizesOf('lenet-300-100'),
      ...published,
      epochs: 100,
      fallsFrom: 50,
      kl: { from: 5, to: 20, images: 40_000 },
      fineTuning: { epochs: 15, learningRate: 1e-3 },
    },
  },
  'lenet-5': {
    full: { ...sizesOf('lenet-5'), ...published },
    /**
     * A twentieth of the epochs, since an image takes about eight times the products of LeNet-300-100: minibatches of 25 for as
     * many steps as possible, twice the learning rate, larger variances at the start, and the KL as with 25,000 images. It was
     * chosen on a held-out fifth of the training digits, one seed each: of the dense network there (20 epochs) 1.93 % were
     * wrong, of the pruned ones 1.87 % with 25,000 images, 1.75 % with 40,000 and 2.37 % with 16,000 (both 20 epochs).
     */
    quick: {
      ...sizesOf('lenet-5'),
      ...published,
      epochs: 10,
      batch: 25,
      learningRate: 2e-3,
      fallsFrom: 5,
      kl: { from: 1, to: 4, images: 25_000 },
      logVariance: -8,
      fineTuning: { epochs: 3, learningRate: 1e-3 },
    },
  },
};

/** The full weight of the KL for this number of images. */
export function klWeight({ kl }: SparsityPlan, images: number): number {
  return kl.images === undefined ? 1 : Math.min(1, images / kl.images);
}

function sizesOf(model: SparsityModel): Pick<SparsityPlan, 'model' | 'hidden'> {
  return { model, hidden: sparsityNetworks[model].hidden };
}
