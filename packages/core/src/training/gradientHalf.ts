import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import { headsOf, targetName } from '../likelihoods/heads.js';
import { type Objective, sgvb } from '../objective.js';
import type { Builder, Value } from '../program/builder.js';
import { gradients } from '../program/differentiate.js';
import type { InputRole } from '../program/program.js';
import type { SplitParameters } from './trainable.js';

/** The first half of a training step, as values of its program. */
export interface GradientHalf {
  readonly objective: Objective;
  /** The parameters that are trained, by full name. */
  readonly parameters: Readonly<Record<string, Value>>;
  /** The gradient of the loss in each of them. */
  readonly gradients: Readonly<Record<string, Value>>;
}

/**
 * Adds forward pass, objective and gradients to a program, with their inputs; `role` is that of the parameters that are
 * trained. Declares the next values of what the model carries, `loss`, `dataTerm` and `kl` as outputs.
 */
export function addGradients(
  b: Builder,
  model: Model,
  { trained, fixed }: SplitParameters,
  role: InputRole,
): GradientHalf {
  const inputs = declareInputs(b, model, 'iteration');
  const targets = Object.fromEntries(
    headsOf('training', model).map((head) => [
      head.output.name,
      b.input(targetName(head), ['batch', ...head.targetShape], 'iteration'),
    ]),
  );
  const rows = b.input('rowScale', ['batch'], 'iteration');
  const klScale = b.input('klScale', [], 'iteration');
  const parameters = declareParameters(b, trained, role);
  const others = { ...declareParameters(b, fixed), ...declareParameters(b, model.carried, 'carried') };
  const values = { inputs, targets, parameters: { ...parameters, ...others } };
  const objective = sgvb(b, model, values, { rows, kl: klScale });
  const names = Object.keys(parameters);
  const derivatives = b.scope('gradient', () => gradients(b, objective.loss, Object.values(parameters)));
  for (const [name, value] of Object.entries(objective.carried)) b.output(name, value);
  for (const name of ['loss', 'dataTerm', 'kl'] as const) b.output(name, objective[name]);
  return { objective, parameters, gradients: Object.fromEntries(names.map((name, i) => [name, derivatives[i]])) };
}
