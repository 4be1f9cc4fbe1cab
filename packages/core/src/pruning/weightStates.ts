import type { BuiltLayer, LinearLayer } from '../layers/layer.js';
import { parametersOf } from '../layers/sequential.js';
import { size } from '../noise/granularity.js';
import type { TensorMap } from '../training/state.js';
import { evaluateBuilt } from './evaluateBuilt.js';
import { layerTensors } from './layerTensors.js';

/** What each weight of a layer does, 1 or 0 a weight, row-major. */
export interface WeightStates {
  /** Not 0 in mean or in variance. */
  readonly active: Uint8Array;
  /** With a variance of its own. Noise on the inputs is not counted here. */
  readonly noisy: Uint8Array;
}

/** Reads means and variances of a layer's weights. */
export function weightStates(
  layer: BuiltLayer & { readonly linear: LinearLayer },
  parameters: TensorMap,
): WeightStates {
  const { noise, weightShape } = layer.linear;
  const noisy = new Uint8Array(size(weightShape));
  if (noise.acts === 'weights') {
    const variances = evaluateBuilt(layerTensors(layer, parameters), undefined, (b, tensors) =>
      b.broadcast(noise.moments(b, parametersOf(layer, tensors)).variance, weightShape),
    );
    // A variance that is not a number is one, too.
    variances.forEach((variance, i) => {
      noisy[i] = variance === 0 ? 0 : 1;
    });
  }
  const means = parameters[`${layer.name}/weights`].data;
  return { noisy, active: noisy.map((one, i) => (one || means[i] !== 0 ? 1 : 0)) };
}
