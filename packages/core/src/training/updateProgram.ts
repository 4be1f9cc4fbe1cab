import { declareParameters } from '../layers/model/declare.js';
import type { Model } from '../layers/model/model.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { createBuilder } from '../program/builder.js';
import type { Program } from '../program/program.js';
import { gradientName } from './gradientProgram.js';
import { splitParameters, type Trainable } from './trainable.js';
import { addUpdates } from './updateHalf.js';

/**
 * The second half of a training step: the optimizer's update from the gradients that `gradientProgram` has summed, which are
 * shared inputs. Carried: the parameters that are trained, and the optimizer's slots. Inputs of role `iteration`: the
 * optimizer's scalars.
 */
export function updateProgram(model: Model, optimizer: Optimizer, trainable?: Trainable): Program {
  const b = createBuilder('update');
  const { trained } = splitParameters(model, trainable);
  const gradients = trained.map(({ name, shape }) => [name, b.input(gradientName(name), shape)] as const);
  addUpdates(b, optimizer, trained, declareParameters(b, trained, 'carried'), Object.fromEntries(gradients));
  return b.build();
}
