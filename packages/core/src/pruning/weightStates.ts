import { parametersOfPart } from '../layers/linearPart.js';
import { type ModelPart, parametersOf } from '../layers/model/model.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { evaluateBuilt } from './evaluateBuilt.js';
import { layerTensors } from './layerTensors.js';

/** Flags of the weights of a part, 1 or 0 per weight, row-major. */
export interface WeightStates {
  /** Not 0 in mean or in variance. */
  readonly active: Uint8Array;
  /** It has noise of its own, or it is not 0 and its input has noise. */
  readonly noisy: Uint8Array;
}

/** What pruning preserves: the distribution of the outputs, or only the outputs under the means of the weights. */
export type Preserved = 'law' | 'mean';

/**
 * Reads means and variances of the weights of a part. If only the outputs under the means are preserved, nothing counts as noise.
 */
export function weightStates(
  { name, layer, part }: ModelPart,
  parameters: TensorMap,
  preserve: Preserved,
): WeightStates {
  const { noise, weightShape } = part;
  const means = parameters[`${name}/weights`].data;
  const noisy = new Uint8Array(elementCount(weightShape));
  if (preserve === 'law' && noise.acts === 'inputs') {
    means.forEach((mean, i) => {
      noisy[i] = mean === 0 ? 0 : 1;
    });
  }
  if (preserve === 'law' && noise.acts === 'weights') {
    const variances = evaluateBuilt(layerTensors(layer, parameters), undefined, (b, tensors) =>
      b.broadcast(noise.moments(b, parametersOfPart(part, parametersOf(layer, tensors))).variance, weightShape),
    );
    // A variance that is NaN counts as a variance.
    variances.forEach((variance, i) => {
      noisy[i] = variance === 0 ? 0 : 1;
    });
  }
  return { noisy, active: noisy.map((one, i) => (one || means[i] !== 0 ? 1 : 0)) };
}
