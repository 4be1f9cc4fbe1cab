import type { Model } from '../layers/model/model.js';
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
  const tensors = Object.fromEntries(
    rule.tensors(model, settings).map(({ name, shape }) => [name, b.input(posteriorInput(name), shape, 'shared')]),
  );
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
