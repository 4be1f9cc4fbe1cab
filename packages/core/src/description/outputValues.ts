import type { GraphValue } from '../layers/layer.js';
import { graphOf, type Model } from '../layers/model.js';
import { callsOf } from './callsOf.js';

/** The name of the value of each output of a model, by the output's name. */
export function outputValues(model: Model): Readonly<Record<string, string>> {
  const { inputs, outputs } = graphOf(model.options);
  const calls = callsOf(model);
  const nameOf = (value: GraphValue) => calls.get(value)?.name ?? model.inputs[inputs.indexOf(value)].name;
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, nameOf(value)]));
}
