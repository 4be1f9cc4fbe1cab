import { VardropError } from '../errors.js';
import type { NamedShape, Optimizer } from '../optimizers/optimizer.js';
import type { Builder, Value } from '../program/builder.js';

/**
 * Adds the optimizer's step to a program, with its scalars and slots as inputs, and declares the next parameters and slots as
 * outputs. Throws `VARDROP_OPTIMIZER` for an optimizer that leaves out a slot.
 */
export function addUpdates(
  b: Builder,
  optimizer: Optimizer,
  trained: readonly NamedShape[],
  parameters: Readonly<Record<string, Value>>,
  gradients: Readonly<Record<string, Value>>,
): void {
  const scalars = Object.fromEntries(optimizer.scalarNames.map((name) => [name, b.input(name, [], 'iteration')]));
  const carried = optimizer.slots(trained);
  const slots = Object.fromEntries(carried.map(({ name, shape }) => [name, b.input(name, shape, 'carried')]));
  const next = optimizer.update(b, { parameters, updates: gradients, slots, scalars });
  for (const { name } of trained) {
    const update = next.updates[name];
    b.output(
      name,
      update === undefined ? parameters[name] : b.scope(`update/${name}`, () => b.add(parameters[name], update)),
    );
  }
  for (const { name } of carried) {
    if (next.slots[name] === undefined) {
      throw new VardropError(
        'VARDROP_OPTIMIZER',
        `[${optimizer.name}] update: got no next value of the slot '${name}', needs one for each of \`slots\`.`,
      );
    }
    b.output(name, next.slots[name]);
  }
}
