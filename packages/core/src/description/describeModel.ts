import { checkObject } from '../checkObject.js';
import type { Model } from '../layers/model/model.js';
import { headsOf, isNamed } from '../likelihoods/heads.js';
import { describePart } from './describePart.js';
import type { LayerDescription, ModelDescription } from './description.js';

/**
 * A model as plain JSON: its inputs, layers with their options, uses of layers, outputs, and what it has for all layers. Values of
 * parameters are not in it. `modelFrom` makes the model again.
 *
 * Throws `VARDROP_MODEL` for no model, `VARDROP_DESCRIPTION` for parts without a recipe (parts of one's own say how they are made
 * in `recipe`), and for options that JSON cannot hold, such as typed arrays and numbers that are not finite.
 */
export function describeModel(model: Model): ModelDescription {
  checkObject('VARDROP_MODEL', '[describeModel] model', model, 'apply', 'sequential()');
  const { noise, estimator, divergence, likelihood } = model.options;
  return {
    format: 1,
    inputs: model.inputs.map(({ name, shape, kind }) => ({ name, shape: [...shape], kind })),
    layers: describeLayers(model),
    calls: model.calls.map(({ name, layer, inputs }) => ({ name, layer: layer.name, inputs: [...inputs] })),
    outputs: Object.fromEntries(model.outputs.map(({ name, from }) => [name, from])),
    ...(noise && { noise: describePart('noise', noise) }),
    ...(estimator && { estimator: describePart('estimator', estimator) }),
    ...(divergence !== undefined && { divergence: divergence && describePart('divergence', divergence) }),
    ...(likelihood && describeLikelihood(model)),
  };
}

function describeLikelihood(model: Model): Pick<ModelDescription, 'likelihood' | 'likelihoods'> {
  const heads = headsOf('describeModel', model);
  if (!isNamed(model)) return { likelihood: describePart('likelihood', heads[0].likelihood) };
  return {
    likelihoods: Object.fromEntries(
      heads.map(({ output: { name }, likelihood }) => [name, describePart(`likelihoods.${name}`, likelihood)]),
    ),
  };
}

function describeLayers({ calls }: Model): readonly LayerDescription[] {
  const definitions = new Map(calls.map(({ layer, definition }) => [layer.name, definition]));
  return [...definitions].map(([name, definition]) => ({ name, ...describePart(`layers.${name}`, definition) }));
}
