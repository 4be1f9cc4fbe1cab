import type { Model } from '../layers/model/model.js';
import type { Head } from '../likelihoods/heads.js';
import { type Augment, createAugmenter } from './augment.js';
import { gather, type ReadDataset } from './data.js';
import { digest } from './digest.js';
import type { MinibatchSource } from './minibatchSource.js';
import { orderOfEpoch, type Shuffle } from './shuffle.js';

/** Minibatches of data in memory. */
export function memorySource(
  model: Model,
  heads: readonly Head[],
  data: ReadDataset,
  options: { readonly batch: number; readonly shuffle: Shuffle; readonly augment: Augment | undefined },
): MinibatchSource {
  const { batch, shuffle, augment } = options;
  const { rows, inputs, targets, weights, weightSum } = data;
  const change = augment && createAugmenter(model, augment, shuffle.seed);
  return {
    rows,
    weightSum,
    digest: digest([...Object.values(inputs), ...Object.values(targets), ...(weights ? [weights] : [])]),
    waits: false,
    async *minibatches(epoch, from) {
      const order = orderOfEpoch(shuffle, epoch, rows);
      for (let row = from; row < rows; row += batch) {
        const indices = order.subarray(row, row + batch);
        const minibatch = gather(model, heads, data, indices);
        yield change ? change(minibatch, epoch, indices) : minibatch;
      }
    },
  };
}
