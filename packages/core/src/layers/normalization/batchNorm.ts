import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { ParameterSpecification } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';
import { elementCount } from '../../program/shapes.js';
import { defineLayer } from '../defineLayer.js';
import type { ForwardMode } from '../forwardMode.js';
import type { Layer } from '../layer.js';
import { uncertain } from '../moments.js';
import {
  affine,
  affineParameters,
  checkNormOptions,
  inverseDeviation,
  type NormOptions,
  normOptionNames,
  normOptionsElsewhere,
} from './affine.js';

import { affineMoments } from './normalizedMoments.js';

/** Options of `batchNorm`. */
export interface BatchNormOptions extends NormOptions {
  /**
   * The weight of the batch in the running statistics: `running ← (1 − updateRate) · running + updateRate · batch`. Default: 0.1.
   * It is PyTorch's momentum, and 1 − Keras's.
   */
  readonly updateRate?: number;
}

/**
 * Batch normalization (Ioffe & Szegedy 2015): each channel on the last axis is brought to mean 0 and variance 1 over the batch and
 * all places, then multiplied by `scale` and shifted by `shift` `[channels]`. `[batch, …, channels]` → the same.
 *
 * Training uses mean and (biased) variance of the minibatch, and gradients flow through them. It updates the running `mean` and
 * `variance` `[channels]`, which are carried values and not parameters, and start as 0 and 1. Prediction uses those, so a row's
 * prediction does not depend on its batch. The running variance is that of PyTorch: unbiased, n/(n − 1) times the batch's variance
 * of n values; Keras's is biased. The default of `epsilon` is 1e-5, as in PyTorch; Keras has 1e-3.
 *
 * A step of training then is not the mean of the steps of its rows: one step on a minibatch differs from the same step in
 * accumulated or sharded parts, since each part has statistics of its own. The rows of a minibatch are not independent of each
 * other either, so the bound is not one on each row's likelihood.
 *
 * Throws `VARDROP_OPTION` for unknown options, `VARDROP_LAYER` unless `epsilon` is positive and `updateRate` in (0, 1]. Where a
 * channel has one value in a datapoint, training refuses minibatches of one row: one value has no variance.
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  checkOptionNames('batchNorm', options, { updateRate: true, ...normOptionNames }, elsewhere);
  checkNormOptions('batchNorm', options);
  const { epsilon = 1e-5, updateRate = 0.1 } = options;
  if (!(typeof updateRate === 'number' && updateRate > 0 && updateRate <= 1)) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[batchNorm] updateRate: got ${formatValue(updateRate)}, needs a number above 0, at most 1.`,
    );
  }
  return defineLayer({
    kind: 'batchNorm',
    name: options.name,
    recipe: { part: 'batchNorm', options },
    build(name, [inputShape]) {
      const channels = inputShape[inputShape.length - 1];
      const places = elementCount(inputShape) / channels;
      return {
        name,
        kind: 'batchNorm',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: affineParameters(channels, options),
        carried: [running('mean', channels, 0), running('variance', channels, 1)],
        leastRows: places === 1 ? 2 : 1,
        units: 'kept',
        apply(b, [x], parameters, mode) {
          const { centered, variance } = mode.training
            ? ofBatch(b, x, places, updateRate, mode)
            : { centered: b.sub(x, mode.carried.mean), variance: mode.carried.variance };
          return affine(b, centered, inverseDeviation(b, variance, epsilon), parameters);
        },
        moments(b, [x], parameters, { carried }) {
          const { mean, variance } = uncertain(b, x);
          const inverse = inverseDeviation(b, carried.variance, epsilon);
          const normalized = b.mul(b.sub(mean, carried.mean), inverse);
          return affineMoments(b, { mean: normalized, variance: b.mul(variance, b.square(inverse)) }, parameters);
        },
      };
    },
  });
}

const elsewhere = {
  ...normOptionsElsewhere,
  momentum: "Write updateRate: PyTorch's momentum, and 1 − Keras's.",
  trackRunningStats: 'Running statistics are always kept.',
} as const;

const running = (name: string, channels: number, value: number): ParameterSpecification => ({
  name,
  shape: [channels],
  initialize: { kind: 'constant', value },
});

/** Differences from the mean of each channel over the batch, and their mean square; carries the running statistics on. */
function ofBatch(b: Builder, x: Value, places: number, updateRate: number, mode: ForwardMode) {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  // The size of a minibatch is known when the program is compiled. A sum of ones stands for it until then.
  const count = b.mul(b.reduceSum(b.constant(1, ['batch'])), places);
  const mean = b.div(b.reduceSum(x, axes), count);
  const centered = b.sub(x, mean);
  const squares = b.reduceSum(b.square(centered), axes);
  const move = (name: string, value: Value) =>
    mode.carry(name, b.add(mode.carried[name], b.mul(updateRate, b.sub(value, mode.carried[name]))));
  move('mean', mean);
  move('variance', b.div(squares, b.sub(count, 1)));
  return { centered, variance: b.div(squares, count) };
}
