import type { Model } from '../layers/model/model.js';
import type { AddedVariance } from '../layers/model/momentsOf.js';
import type { Builder, Value } from '../program/builder.js';
import type { ParameterPosterior } from './posterior.js';
import { ruleOf } from './readPosterior.js';

/** The name of the input of a program that holds a tensor of a posterior. */
export const posteriorInput = (name: string) => `posterior/${name}`;

/**
 * The tensors of a model in one sample: those that the posterior draws, and the network's own. The posterior's tensors are inputs of
 * the program, `posterior/<name>`. `number` is that of the sample, from 0.
 */
export function drawParameters(
  b: Builder,
  model: Model,
  values: Readonly<Record<string, Value>>,
  { kind, settings }: Omit<ParameterPosterior, 'tensors'>,
  number: Value,
): Readonly<Record<string, Value>> {
  const rule = ruleOf({ kind });
  const tensors = declareTensors(b, model, { kind, settings });
  const drawn = new Map<string, Value>();
  return b.scope('posterior', () => ({
    ...values,
    ...rule.draw(b, {
      ...{ settings, values, tensors, number },
      normal(name, shape) {
        const value = drawn.get(name) ?? b.noise('normal', name, shape);
        drawn.set(name, value);
        return value;
      },
    }),
  }));
}

/** What a posterior adds to the variance of a layer's outputs, see `momentsOf`; undefined for one without a closed form. */
export function spreadOf(
  b: Builder,
  model: Model,
  { kind, settings }: Omit<ParameterPosterior, 'tensors'>,
): AddedVariance | undefined {
  const { spread } = ruleOf({ kind });
  if (spread === undefined) return undefined;
  const layer = spread.layer(settings);
  const bias = model.parameters.some(({ name }) => name === `${layer}/bias`);
  const tensors = declareTensors(b, model, { kind, settings });
  return { layer, variance: (inputs) => spread.variance(b, { settings, tensors }, inputs, bias) };
}

/** Declares the tensors of a posterior as inputs, by their names in it. */
function declareTensors(b: Builder, model: Model, { kind, settings }: Omit<ParameterPosterior, 'tensors'>) {
  const all = ruleOf({ kind }).tensors(model, settings);
  return Object.fromEntries(all.map(({ name, shape }) => [name, b.input(posteriorInput(name), shape, 'shared')]));
}
