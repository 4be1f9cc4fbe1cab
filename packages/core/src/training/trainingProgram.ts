import type { Model } from '../layers/model/model.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { createBuilder } from '../program/builder.js';
import type { Program } from '../program/program.js';
import { addGradients } from './gradientHalf.js';
import { splitParameters, type Trainable } from './trainable.js';
import { addUpdates } from './updateHalf.js';

/**
 * One training step as one program: forward pass under sampled noise, SGVB, gradients, optimizer update.
 *
 * Inputs of role `iteration`: the model's by name (`x` `[batch, …]`), `y` (one-hot labels or values, `[batch, …targetShape]`; with
 * several outputs `y/<name>`), `rowScale` `[batch]` (1/M, or in proportion to the rows' weights), the scalars `klScale` (β/N) and the
 * optimizer's. Carried: every parameter and slot, and what the model carries. Parameters that are not `trainable` (default: all
 * are) are shared, and have neither gradient nor slots. Further outputs: `loss`, `dataTerm`, `kl`, all in nats.
 */
export function trainingProgram(model: Model, optimizer: Optimizer, trainable?: Trainable): Program {
  const b = createBuilder('training step');
  const split = splitParameters(model, trainable);
  const { parameters, gradients } = addGradients(b, model, split, 'carried');
  addUpdates(b, optimizer, split.trained, parameters, gradients);
  return b.build();
}
