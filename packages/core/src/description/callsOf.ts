import type { GraphValue } from '../layers/layer.js';
import { graphOf, type LayerCall, type Model } from '../layers/model/model.js';
import { traverse } from '../layers/model/traverse.js';

/** The call of each value of a model's graph that is the outputs of a layer. Calls are in the order of a walk through the graph. */
export function callsOf(model: Model): ReadonlyMap<GraphValue, LayerCall> {
  const values = traverse('model', Object.values(graphOf(model.options).outputs));
  const called = values.filter(({ source }) => source === 'layer');
  return new Map(called.map((value, i) => [value, model.calls[i]]));
}
