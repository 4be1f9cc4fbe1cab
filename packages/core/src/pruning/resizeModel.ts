import { checkObject } from '../checkObject.js';
import { VardropError } from '../errors.js';
import { type Model, modelParts } from '../layers/model.js';
import { replaceLayers } from '../layers/replaceLayers.js';
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
  const weightShapes = new Map(modelParts(model).map(({ name, part }) => [name, part.weightShape]));
  const resized = replaceLayers(model, (name, layer) => {
    const units = parameters[`${name}/weights`]?.shape.at(-1);
    return units === undefined || units === weightShapes.get(name)?.at(-1) ? undefined : layer.withUnits?.(units);
  });
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
