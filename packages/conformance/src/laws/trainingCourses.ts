import { flatten, input, type Model, maxPooling2d, model, sequential } from '@vardrop/core';
import { digits } from '../data/digits.js';
import type { Models } from '../models.js';

const pixels = 196;

const classes = 10;

/** What is trained, and on which digits. */
export interface Course {
  /** The suffix of this course's property names. Empty for the first course. */
  readonly name: string;
  readonly model: (models: Models) => Model;
  /** The numbers of one datapoint. Default: the pixels. */
  readonly read?: (pixels: Float32Array) => readonly number[];
  /** Digits per epoch and per minibatch. The last minibatch of an epoch may be short. */
  readonly rows: number;
  readonly batch: number;
  readonly steps: number;
  /** Steps of the final objective, in whole epochs. */
  readonly longer: number;
}

/** Words of a digit: how dark the pixels of each quarter are, from 0 to 5. */
const words = (image: Float32Array) =>
  [0, 7, 98, 105].map((corner) => {
    let sum = 0;
    for (let i = 0; i < 49; i++) sum += image[corner + 14 * Math.floor(i / 7) + (i % 7)];
    return Math.min(Math.floor(sum / 3), 5);
  });

/** Courses of training, from the smallest network on. */
export const courses: readonly Course[] = [
  {
    // All parts of a training step: two layers, ReLU, local noise, the exact KL.
    name: '',
    model: ({ dense, local, logUniformExact, variationalDropout }) =>
      sequential({
        input: [pixels],
        layers: [dense({ units: 16, activation: 'relu' }), dense({ units: classes })],
        noise: variationalDropout({ type: 'B', alpha: 'input' }),
        estimator: local(),
        divergence: logUniformExact(),
      }),
    rows: 60,
    batch: 30,
    steps: 20,
    longer: 20,
  },
  {
    // The additional parts for images: a convolution, pooling, different noise in each layer, a short last minibatch.
    name: ', convolution',
    model: ({ conv2d, dense, flipout, logUniformExact, sparseVariational, variationalDropout }) =>
      sequential({
        input: [14, 14, 1],
        layers: [
          conv2d({ filters: 3, size: [3, 4], activation: 'relu', noise: sparseVariational(), estimator: flipout() }),
          maxPooling2d({ size: [2, 3] }),
          flatten(),
          dense({ units: classes, noise: variationalDropout({ type: 'A', alpha: 'input' }) }),
        ],
        divergence: logUniformExact(),
      }),
    rows: 17,
    batch: 7,
    steps: 6,
    longer: 9,
  },
  {
    // Carried statistics, also of a minibatch that is short, and a value that two layers read.
    name: ', residual',
    model({ conv2d, flipout, layer, logUniformExact, sparseVariational }) {
      const image = input({ shape: [14, 14, 1] });
      const small = layer('averagePooling2d', { size: 3, strides: 3 })(image);
      const first = layer('batchNorm', {})(conv2d({ filters: 3, size: 2 })(small));
      const branch = conv2d({ filters: 3, size: 2, padding: 'same', activation: 'relu' })(first);
      const sum = layer('add', {})(first, layer('batchNorm', { updateRate: 0.3 })(branch));
      return model({
        inputs: image,
        outputs: layer('dense', { units: classes })(flatten()(sum)),
        noise: sparseVariational(),
        estimator: flipout(),
        divergence: logUniformExact(),
      });
    },
    rows: 17,
    batch: 7,
    steps: 3,
    longer: 9,
  },
  {
    // A digit as four steps of 49 pixels, with one sample of the weights for all steps.
    name: ', recurrent',
    model: ({ layer, logUniformExact, sparseVariational }) =>
      sequential({
        input: [pixels],
        layers: [layer('reshape', { shape: [4, 49] }), layer('gru', { units: 5 }), layer('dense', { units: classes })],
        noise: sparseVariational(),
        divergence: logUniformExact(),
      }),
    rows: 20,
    batch: 10,
    steps: 2,
    longer: 12,
  },
  {
    // A pre-norm block on four words.
    name: ', attention',
    model({ layer, logUniformExact, separate, variationalDropout }) {
      const units = 6;
      const x = input({ shape: [4] });
      const embedded = layer('positionEmbedding', { length: 4 })(layer('embedding', { rows: 6, units })(x));
      const attend = layer('multiHeadAttention', { heads: 2, causal: true });
      const attended = layer('add', {})(embedded, attend(layer('layerNorm', {})(embedded)));
      const hidden = layer('dense', { units: 8, activation: 'gelu' })(layer('layerNorm', {})(attended));
      const sum = layer('add', {})(attended, layer('dense', { units })(hidden));
      return model({
        inputs: x,
        outputs: layer('dense', { units: classes })(flatten()(sum)),
        noise: variationalDropout({ type: 'A', alpha: 'input' }),
        estimator: separate(),
        divergence: logUniformExact(),
      });
    },
    read: words,
    rows: 20,
    batch: 10,
    steps: 2,
    longer: 12,
  },
];

/** The minibatch of a step: the digits at its position in the epoch. */
export function minibatchOf({ rows, batch, read }: Course, step: number) {
  const first = (step % Math.ceil(rows / batch)) * batch;
  const count = Math.min(batch, rows - first);
  const y = new Float32Array(count * classes);
  for (let row = 0; row < count; row++) y[row * classes + digits.labels[first + row]] = 1;
  const images = Array.from({ length: count }, (_, row) =>
    digits.images.subarray((first + row) * pixels, (first + row + 1) * pixels),
  );
  const x = Float32Array.from(images.flatMap((image) => (read ? read(image) : Array.from(image))));
  return { rows: count, inputs: { x }, targets: { output: y } };
}
