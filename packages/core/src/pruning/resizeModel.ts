import { checkObject } from '../checkObject.js';
import { VardropError } from '../errors.js';
import { partName } from '../layers/linearPart.js';
import type { Model } from '../layers/model/model.js';
import { replaceLayers } from '../layers/model/replaceLayers.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { readTensors } from '../readTensors.js';
import type { TensorMap } from '../tensorData.js';

/**
 * The model with as many units per layer as `parameters` have. Use it for a pruned network from a checkpoint, since a
 * checkpoint holds tensors but no layers. Throws `VARDROP_MODEL` without a model, `VARDROP_STATE` for parameters that fit the
 * model with no number of units.
 */
export function resizeModel<Given extends Likelihoods>(
  model: Model<Given>,
  parameters: TensorMap<ArrayLike<number>>,
): Model<Given> {
  checkObject('VARDROP_MODEL', '[resizeModel] model', model, 'apply', 'sequential()');
  // Called only to check that these are tensors by name.
  readTensors('[resizeModel] parameters', [], parameters, { remedy: 'Pass the `parameters` of a state.' });
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const resized = replaceLayers(model, (name, layer) => {
    const built = layers.get(name);
    if (built?.outputPart === undefined) return undefined;
    const units = parameters[`${partName(name, built.outputPart)}/weights`]?.shape.at(-1);
    return units === undefined || units === built.outputShape.at(-1) ? undefined : layer.withUnits?.(units);
  });
  resized.outputs.forEach(({ name, shape }, i) => {
    const needed = model.outputs[i].shape;
    if (shape.join() === needed.join()) return;
    const which = model.outputs.length === 1 ? 'outputs' : `output '${name}'`;
    throw new VardropError(
      'VARDROP_STATE',
      `[resizeModel] ${which}: got [${shape.join(', ')}] from the parameters, needs the model's [${needed.join(', ')}]. Give the model that was pruned.`,
    );
  });
  for (const { name, shape } of [...resized.parameters, ...resized.carried]) {
    const given = parameters[name]?.shape;
    if (given?.join() === shape.join()) continue;
    throw new VardropError(
      'VARDROP_STATE',
      `[resizeModel] parameter '${name}': got ${given ? `[${given.join(', ')}]` : 'nothing'}, needs [${shape.join(', ')}]. Give the model that was pruned, with its layers and its noise.`,
    );
  }
  return resized;
}
