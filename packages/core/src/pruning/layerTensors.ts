import { carriedTensors } from '../carriedTensors.js';
import { checkObject } from '../checkObject.js';
import type { BuiltLayer } from '../layers/layer.js';
import { fullName, type Model } from '../layers/model/model.js';
import { readTensors } from '../readTensors.js';
import type { TensorMap } from '../tensorData.js';

/** The tensors of one layer, by their full names. */
export function layerTensors(layer: BuiltLayer, parameters: TensorMap): TensorMap {
  return Object.fromEntries(
    [...layer.parameters, ...(layer.carried ?? [])].map((parameter) => {
      const name = fullName(layer, parameter);
      return [name, parameters[name]];
    }),
  );
}

/**
 * The given parameters, with their data as float32. Throws `VARDROP_MODEL` without a model, and what `readTensors` throws.
 */
export function readParameters(who: string, model: Model, parameters: TensorMap<ArrayLike<number>>): TensorMap {
  checkObject('VARDROP_MODEL', `[${who}] model`, model, 'apply', 'sequential()');
  return readTensors(`[${who}] parameter`, [...model.parameters, ...carriedTensors(model)], parameters, {
    others: 'kept',
    remedy: 'Use the model that the parameters were trained with.',
  });
}
