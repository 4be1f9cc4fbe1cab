/** A network of the sparsity experiment. */
export type SparsityModel = 'lenet-300-100' | 'lenet-5';

/** A network of the paper, and what the paper reports of it. */
export interface SparsityNetwork {
  /** Its name in reports. */
  readonly title: string;
  /** The first layers are convolutions, this many; the others are dense. */
  readonly convolutions: number;
  /** Units of the layers before the outputs: filters of a convolution, units of a dense layer. */
  readonly hidden: readonly number[];
  /** The published result, on MNIST's 60,000 training images. */
  readonly published: {
    readonly source: string;
    readonly trainingImages: number;
    /** Test error in percent. */
    readonly error: number;
    /** Share of weights removed from each layer, in percent, input side first. */
    readonly layers: readonly number[];
    /** All weights over those that are not 0. */
    readonly compression: number;
  };
}

const published = {
  source: 'Molchanov, Ashukha & Vetrov 2017, MNIST, 60,000 training images',
  trainingImages: 60_000,
} as const;

/** The networks of the sparsity experiment. LeNet-5 is the one of Caffe, whose layers are wider than LeCun's. */
export const sparsityNetworks: Readonly<Record<SparsityModel, SparsityNetwork>> = {
  'lenet-300-100': {
    title: 'LeNet-300-100',
    convolutions: 0,
    hidden: [300, 100],
    published: { ...published, error: 1.92, layers: [98.9, 97.2, 62.0], compression: 68 },
  },
  'lenet-5': {
    title: 'LeNet-5',
    convolutions: 2,
    hidden: [20, 50, 500],
    published: { ...published, error: 0.75, layers: [67, 98, 99.8, 95], compression: 280 },
  },
};
