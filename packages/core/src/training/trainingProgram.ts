import { allParameters } from '../allParameters.js';
import type { Model } from '../layers/sequential.js';
import type { Likelihood } from '../likelihood.js';
import { sgvb } from '../objective.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { createBuilder, type Value } from '../program/builder.js';
import { gradients } from '../program/differentiate.js';
import type { Program } from '../program/program.js';

/** The carried name of an optimizer's slot of a parameter. */
export function slotName(slot: string, parameter: string): string {
  return `${slot}:${parameter}`;
}

/**
 * One training step as one program: forward pass under sampled noise, SGVB, gradients, optimizer update.
 *
 * Inputs of role `iteration`: `x` `[batch, …]`, `y` (one-hot labels or values, of the outputs' shape), the scalars
 * `datapointScale` (1/M), `klScale` (β/N) and the optimizer's. Carried: every parameter and slot. Further outputs: `loss`,
 * `dataTerm`, `kl`, all in nats.
 */
export function trainingProgram(model: Model, likelihood: Likelihood, optimizer: Optimizer): Program {
  const b = createBuilder('training step');
  const x = b.input('x', ['batch', ...model.inputShape], 'iteration');
  const y = b.input('y', ['batch', ...model.outputShape], 'iteration');
  const datapoint = b.input('datapointScale', [], 'iteration');
  const klScale = b.input('klScale', [], 'iteration');
  const scalars = Object.fromEntries(optimizer.scalarNames.map((name) => [name, b.input(name, [], 'iteration')]));
  const specifications = allParameters(model, likelihood);
  const parameters = Object.fromEntries(
    specifications.map(({ name, shape }) => [name, b.input(name, shape, 'carried')]),
  );
  const { loss, dataTerm, kl } = sgvb(b, model, likelihood, { x, y, parameters }, { datapoint, kl: klScale });
  const values: readonly Value[] = specifications.map(({ name }) => parameters[name]);
  const derivatives = b.scope('gradient', () => gradients(b, loss, values));
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
  b.output('loss', loss);
  b.output('dataTerm', dataTerm);
  b.output('kl', kl);
  return b.build();
}
