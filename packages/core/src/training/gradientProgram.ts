import type { Model } from '../layers/model/model.js';
import { createBuilder } from '../program/builder.js';
import type { Program } from '../program/program.js';
import { addGradients } from './gradientHalf.js';
import { splitParameters, type Trainable } from './trainable.js';

/** The name of the gradient of a parameter, `gradient:dense1/weights`, in the two halves of a training step. */
export function gradientName(parameter: string): string {
  return `gradient:${parameter}`;
}

/**
 * The first half of a training step: its inputs are those of `trainingProgram` without the optimizer's, with shared parameters.
 * It adds the gradients of the loss to sums that it carries, `gradient:dense1/weights` and so on, which begin as 0. So the
 * gradients of a minibatch can be summed over parts of its rows, all scaled for the whole minibatch: noise depends on the row,
 * and the KL counts once if `klScale` is 0 for all parts but one. `updateProgram` is the second half.
 */
export function gradientProgram(model: Model, trainable?: Trainable): Program {
  const b = createBuilder('gradients');
  const split = splitParameters(model, trainable);
  const { gradients } = addGradients(b, model, split, 'shared');
  for (const { name, shape } of split.trained) {
    const sum = b.input(gradientName(name), shape, 'carried');
    b.output(
      gradientName(name),
      b.scope(gradientName(name), () => b.add(sum, gradients[name])),
    );
  }
  return b.build();
}
