import { allParameters } from '../allParameters.js';
import { headsOf, targetName } from '../heads.js';
import { declareInputs, declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import { sgvb } from '../objective.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { createBuilder } from '../program/builder.js';
import { gradients } from '../program/differentiate.js';
import type { Program } from '../program/program.js';

/** The carried name of an optimizer's slot of a parameter. */
export function slotName(slot: string, parameter: string): string {
  return `${slot}:${parameter}`;
}

/**
 * One training step as one program: forward pass under sampled noise, SGVB, gradients, optimizer update.
 *
 * Inputs of role `iteration`: the model's by name (`x` `[batch, …]`), `y` (one-hot labels or values, `[batch, …targetShape]`; with
 * several outputs `y/<name>`), `rowScale` `[batch]` (1/M, or in proportion to the rows' weights), the scalars `klScale` (β/N) and the
 * optimizer's. Carried: every parameter
 * and slot, and what the model carries. Further outputs: `loss`,
 * `dataTerm`, `kl`, all in nats.
 */
export function trainingProgram(model: Model, optimizer: Optimizer): Program {
  const b = createBuilder('training step');
  const inputs = declareInputs(b, model, 'iteration');
  const targets = Object.fromEntries(
    headsOf('training', model).map((head) => [
      head.output.name,
      b.input(targetName(head), ['batch', ...head.targetShape], 'iteration'),
    ]),
  );
  const rows = b.input('rowScale', ['batch'], 'iteration');
  const klScale = b.input('klScale', [], 'iteration');
  const scalars = Object.fromEntries(optimizer.scalarNames.map((name) => [name, b.input(name, [], 'iteration')]));
  const specifications = allParameters(model);
  const parameters = declareParameters(b, specifications, 'carried');
  const statistics = declareParameters(b, model.carried, 'carried');
  const values = { inputs, targets, parameters: { ...parameters, ...statistics } };
  const { loss, dataTerm, kl, carried } = sgvb(b, model, values, { rows, kl: klScale });
  const derivatives = b.scope('gradient', () =>
    gradients(
      b,
      loss,
      specifications.map(({ name }) => parameters[name]),
    ),
  );
  specifications.forEach(({ name, shape }, i) => {
    b.scope(`${optimizer.name}/${name}`, () => {
      const slots = Object.fromEntries(
        optimizer.slots.map((slot) => [slot, b.input(slotName(slot, name), shape, 'carried')]),
      );
      const next = optimizer.update(b, parameters[name], derivatives[i], slots, scalars);
      b.output(name, next.parameter);
      for (const slot of optimizer.slots) b.output(slotName(slot, name), next.slots[slot]);
    });
  });
  for (const [name, value] of Object.entries(carried)) b.output(name, value);
  b.output('loss', loss);
  b.output('dataTerm', dataTerm);
  b.output('kl', kl);
  return b.build();
}
