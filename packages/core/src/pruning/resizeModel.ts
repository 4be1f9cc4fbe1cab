import { checkObject } from '../checkObject.js';
import { VardropError } from '../errors.js';
import { type Model, sequential } from '../layers/sequential.js';
import { readTensors } from '../readTensors.js';
import type { TensorMap } from '../tensorData.js';

/**
 * The model with as many units per layer as `parameters` have. Use it for a pruned network from a checkpoint, since a
 * checkpoint holds tensors but no layers. Throws `VARDROP_MODEL` without a model, `VARDROP_STATE` for parameters that fit the
 * model with no number of units.
 */
export function resizeModel(model: Model, parameters: TensorMap<ArrayLike<number>>): Model {
  checkObject('VARDROP_MODEL', '[resizeModel] model', model, 'apply', 'sequential()');
  // Called only to check that these are tensors by name.
  readTensors('[resizeModel] parameters', [], parameters, { remedy: 'Pass the `parameters` of a state.' });
  const layers = model.options.layers.map((layer, i) => {
    const built = model.layers[i];
    const units = parameters[`${built.name}/weights`]?.shape.at(-1);
    const now = built.linear?.weightShape.at(-1);
    return units === undefined || units === now ? layer : (layer.withUnits?.(units) ?? layer);
  });
  const resized = sequential({ ...model.options, layers });
  if (resized.outputShape.join() !== model.outputShape.join()) {
    throw new VardropError(
      'VARDROP_STATE',
      `[resizeModel] outputs: got [${resized.outputShape.join(', ')}] from the parameters, needs the model's [${model.outputShape.join(', ')}]. Give the model that was pruned.`,
    );
  }
  for (const { name, shape } of resized.parameters) {
    const given = parameters[name]?.shape;
    if (given?.join() === shape.join()) continue;
    throw new VardropError(
      'VARDROP_STATE',
      `[resizeModel] parameter '${name}': got ${given ? `[${given.join(', ')}]` : 'nothing'}, needs [${shape.join(', ')}]. Give the model that was pruned, with its layers and its noise.`,
    );
  }
  return resized;
}
