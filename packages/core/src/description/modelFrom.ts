import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { callLayer, checkLayer } from '../layers/defineLayer.js';
import { input, model } from '../layers/index.js';
import type { GraphValue, LayerDefinition } from '../layers/layer.js';
import type { Model, ModelDefaults, ModelOptions } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { callsOf } from './callsOf.js';
import { checkDescription } from './checkDescription.js';
import type { ModelDescription, PartDescription } from './description.js';
import { type ModelFromOptions, makePart, type OwnParts, ownParts, within } from './makePart.js';

/**
 * The model of a description, as `describeModel` or `JSON.parse` give it. It has the same names, the same parameters and the same
 * programs as the model that was described. The description may come from outside: it is checked, and runs nothing but the
 * functions of the parts that it names.
 *
 * Throws `VARDROP_DESCRIPTION` with the place in the description: members that are missing, unknown or of another type, unknown
 * parts, options that their functions refuse, names that are repeated or name nothing, values that are read before they are
 * there, layers and calls that no output depends on; `VARDROP_OPTION` for `parts` that are no functions; and what `model` throws
 * for shapes and combinations that do not fit.
 */
export function modelFrom(description: ModelDescription, options: ModelFromOptions = {}): Model {
  const own = ownParts('modelFrom', options);
  checkDescription('modelFrom', description);
  const values = new Map<string, GraphValue>();
  const inputs = description.inputs.map((each, i) => within(`inputs[${i}]`, () => input(each)));
  inputs.forEach((value, i) => {
    values.set(description.inputs[i].name, value);
  });
  const layers = new Map<string, LayerDefinition>();
  description.layers.forEach((each, i) => {
    const layer = makePart(`layers[${i}]`, each, own);
    within(`layers[${i}]`, () => checkLayer(`[${each.part}] layer`, layer));
    layers.set(each.name, layer as LayerDefinition);
  });
  description.calls.forEach((each, i) => {
    const read = each.inputs.map((name) => values.get(name) as GraphValue);
    values.set(
      each.name,
      within(`calls[${i}]`, () => callLayer(layers.get(each.layer) as LayerDefinition, read)),
    );
  });
  const outputs = Object.fromEntries(
    Object.entries(description.outputs).map(([name, value]) => [name, values.get(value) as GraphValue]),
  );
  const made: Model = model<Likelihoods>({ inputs, outputs, ...defaultsOf(description, own) });
  checkNames(description, values, made);
  return made;
}

function defaultsOf(
  { noise, estimator, divergence, likelihood, likelihoods }: ModelDescription,
  own: OwnParts,
): ModelDefaults & Pick<ModelOptions, 'likelihood'> {
  const make = (place: string, part: PartDescription) => makePart(place, part, own);
  const named = Object.entries(likelihoods ?? {}).map(([name, part]) => [name, make(`likelihoods.${name}`, part)]);
  return {
    ...(likelihood && { likelihood: make('likelihood', likelihood) }),
    ...(likelihoods && { likelihood: Object.fromEntries(named) }),
    ...(noise && { noise: make('noise', noise) }),
    ...(estimator && { estimator: make('estimator', estimator) }),
    ...(divergence !== undefined && { divergence: divergence && make('divergence', divergence) }),
  } as ModelDefaults & Pick<ModelOptions, 'likelihood'>;
}

/** The model names its layers and their uses by itself. Parameters are found by these names, so that they have to agree. */
function checkNames({ calls }: ModelDescription, values: ReadonlyMap<string, GraphValue>, made: Model): void {
  const found = callsOf(made);
  const refuse = (place: string, got: string, needs: string): never => {
    throw new VardropError(
      'VARDROP_DESCRIPTION',
      `[modelFrom] ${place}: got ${formatValue(got)}, needs ${needs}. Describe the model again.`,
    );
  };
  for (const [i, { name, layer }] of calls.entries()) {
    const call = found.get(values.get(name) as GraphValue);
    const { layer: own, name: ownName } = call ?? refuse(`calls[${i}]`, name, 'a call that an output depends on');
    if (own.name !== layer) refuse(`calls[${i}].layer`, layer, `'${own.name}', as the model names it`);
    if (ownName !== name) refuse(`calls[${i}].name`, name, `'${ownName}', as the model names it`);
  }
}
