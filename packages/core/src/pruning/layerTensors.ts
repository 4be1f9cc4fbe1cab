import { VardropError } from '../errors.js';
import type { BuiltLayer } from '../layers/layer.js';
import { fullName, type Model } from '../layers/sequential.js';
import type { TensorMap } from '../training/state.js';

/** The tensors of one layer, by their full names. */
export function layerTensors(layer: BuiltLayer, parameters: TensorMap): TensorMap {
  return Object.fromEntries(
    layer.parameters.map((parameter) => {
      const name = fullName(layer, parameter);
      return [name, parameters[name]];
    }),
  );
}

/** Throws `VARDROP_STATE` unless every parameter of a model is there in its shape. */
export function checkParameters(who: string, model: Model, parameters: TensorMap): void {
  for (const { name, shape } of model.parameters) {
    const given = parameters[name];
    if (given?.shape.join() === shape.join()) continue;
    throw new VardropError(
      'VARDROP_STATE',
      `[${who}] parameter '${name}': got ${given ? `[${given.shape.join(', ')}]` : 'nothing'}, needs [${shape.join(', ')}]. Use the model that the parameters were trained with.`,
    );
  }
}
