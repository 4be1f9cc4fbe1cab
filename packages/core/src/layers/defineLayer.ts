import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { withRecipe } from '../recipe.js';
import { checkGraphValue } from './input.js';
import type { GraphValue, Layer, LayerDefinition } from './layer.js';

/** A layer that can be called on values of a graph. Throws `VARDROP_MODEL` unless it has a `build`. */
export function defineLayer(definition: LayerDefinition): Layer {
  checkLayer('[defineLayer] definition', definition);
  const layer = (...inputs: readonly GraphValue[]): GraphValue => callLayer(layer as Layer, inputs);
  // A function has a name of its own, which cannot be assigned to.
  const { recipe, ...others } = definition;
  const properties = { name: undefined, ...others };
  for (const [property, value] of Object.entries(properties)) {
    Object.defineProperty(layer, property, { value, enumerable: true, configurable: true });
  }
  return recipe ? withRecipe(recipe.part, recipe.options, layer as Layer) : (layer as Layer);
}

/** The outputs of a layer on values of a graph. Throws as `Layer` documents. */
export function callLayer(layer: LayerDefinition, inputs: readonly GraphValue[]): GraphValue {
  const who = layer.name ?? layer.kind;
  inputs.forEach((value, i) => {
    checkGraphValue(`[${who}] input ${i + 1}`, value);
  });
  const [least, most] = layer.arity ?? [1, 1];
  if (inputs.length < least || inputs.length > most) {
    const needs = least === most ? `${least}` : `${least} to ${most}`.replace(' to Infinity', ' or more');
    const got = inputs.length === 1 ? '1 value' : `${inputs.length} values`;
    const remedy = least > 1 ? ' Call it on several values in a graph: sequential gives a layer one.' : '';
    throw new VardropError('VARDROP_MODEL', `[${who}] inputs: got ${got}, needs ${needs}.${remedy}`);
  }
  return { source: 'layer', layer, inputs: [...inputs] };
}

/** Throws `VARDROP_MODEL` unless `layer` is a layer. The function that makes one is not. */
export function checkLayer(what: string, layer: unknown): asserts layer is LayerDefinition {
  const isObject = (typeof layer === 'object' && layer !== null) || typeof layer === 'function';
  if (isObject && 'build' in (layer as object) && typeof (layer as LayerDefinition).build === 'function') return;
  const remedy = layer instanceof Promise ? 'Await it.' : 'Call the function.';
  throw new VardropError(
    'VARDROP_MODEL',
    `${what}: got ${formatValue(layer)}, needs a layer such as dense() returns. ${remedy}`,
  );
}
