import { VardropError } from '@vardrop/core';
import { elementCount } from '@vardrop/core/program';
import type { ImageData } from '../imageData.js';
import { type LenetSizes, smallestSide } from './lenet.js';
import { sparsityNetworks } from './sparsityNetworks.js';
import type { SparsityPlan } from './sparsityPlan.js';

/**
 * The sizes of a plan's network for these data. Throws `VARDROP_EXPERIMENT_DATA` for a network with convolutions if the data do
 * not say the shape of their images, or the images are too small.
 */
export function lenetSizes({ model, hidden }: Pick<SparsityPlan, 'model' | 'hidden'>, data: ImageData): LenetSizes {
  const { title, convolutions } = sparsityNetworks[model];
  const units = [...hidden, data.classes];
  if (convolutions === 0) return { input: [data.inputs], convolutions, units };
  const { shape, inputs } = data;
  const least = smallestSide(convolutions);
  if (!shape || elementCount(shape) !== inputs || shape[0] < least || shape[1] < least) {
    throw new VardropError(
      'VARDROP_EXPERIMENT_DATA',
      `[sparsityExperiment] data: got ${inputs} values an image${shape ? ` of shape [${shape.join(', ')}]` : ' without a shape'}, needs images [height, width, channels] of at least ${least} × ${least} pixels for ${title}. Choose such data, or the model lenet-300-100.`,
    );
  }
  return { input: shape, convolutions, units };
}
