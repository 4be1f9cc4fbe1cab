import type { BuiltLayer, LinearLayer } from '../layers/layer.js';
import { parametersOf } from '../layers/sequential.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { evaluateBuilt } from './evaluateBuilt.js';
import { layerTensors } from './layerTensors.js';

/** What each weight of a layer does, 1 or 0 a weight, row-major. */
export interface WeightStates {
  /** Not 0 in mean or in variance. */
  readonly active: Uint8Array;
  /** With noise of its own that is not 0, or not 0 and with noise on its input. */
  readonly noisy: Uint8Array;
}

/** What pruning keeps as it is: the law of the outputs, noise and all, or only the outputs of the weights' means. */
export type Preserved = 'law' | 'mean';

/** Reads means and variances of a layer's weights; where only means are to be kept, nothing counts as noise. */
export function weightStates(
  layer: BuiltLayer & { readonly linear: LinearLayer },
  parameters: TensorMap,
  preserve: Preserved,
): WeightStates {
  const { noise, weightShape } = layer.linear;
  const means = parameters[`${layer.name}/weights`].data;
  const noisy = new Uint8Array(elementCount(weightShape));
  if (preserve === 'law' && noise.acts === 'inputs') {
    means.forEach((mean, i) => {
      noisy[i] = mean === 0 ? 0 : 1;
    });
  }
  if (preserve === 'law' && noise.acts === 'weights') {
    const variances = evaluateBuilt(layerTensors(layer, parameters), undefined, (b, tensors) =>
      b.broadcast(noise.moments(b, parametersOf(layer, tensors)).variance, weightShape),
    );
    // A variance that is not a number counts as one.
    variances.forEach((variance, i) => {
      noisy[i] = variance === 0 ? 0 : 1;
    });
  }
  return { noisy, active: noisy.map((one, i) => (one || means[i] !== 0 ? 1 : 0)) };
}
