import type { Likelihoods } from '../../likelihoods/likelihood.js';
import type { GraphValue, LayerDefinition } from '../layer.js';
import { createModel } from './createModel.js';
import { graphOf, type Model } from './model.js';
import { traverse } from './traverse.js';

/**
 * The same graph with other layers. `replace` gives the new layer for the layer of that name, or undefined to keep it. Names stay,
 * as long as the kinds do. Throws what `model` throws for layers that do not fit.
 */
export function replaceLayers<Given extends Likelihoods>(
  model: Model<Given>,
  replace: (name: string, layer: LayerDefinition) => LayerDefinition | undefined,
): Model<Given> {
  const { inputs, outputs } = graphOf(model.options);
  const values = traverse('model', Object.values(outputs));
  const moved = new Map<GraphValue, GraphValue>();
  const layers = new Map<LayerDefinition, LayerDefinition>();
  const names = new Map(model.calls.map(({ definition, layer }) => [definition, layer.name]));
  for (const value of values) {
    if (value.source === 'input') {
      moved.set(value, value);
      continue;
    }
    const name = names.get(value.layer) as string;
    const layer = layers.get(value.layer) ?? replace(name, value.layer) ?? value.layer;
    layers.set(value.layer, layer);
    moved.set(value, { source: 'layer', layer, inputs: value.inputs.map((from) => moved.get(from) as GraphValue) });
  }
  const next = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, moved.get(value) as GraphValue]),
  );
  return createModel('model', { inputs, outputs: next }, { ...model.options, inputs, outputs: next });
}
