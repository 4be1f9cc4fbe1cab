import type { Optimizer } from '@vardrop/core';

/**
 * The optimizer, but for values that are exactly 0: those it does not move, so that what pruning has removed stays
 * removed while the rest is trained on. Its gradient counts as 0, which for Adam and momentum that start at 0 is no
 * update.
 */
export function keepZeros(optimizer: Optimizer): Optimizer {
  return {
    ...optimizer,
    update: (b, parameter, gradient, slots, scalars) =>
      optimizer.update(b, parameter, b.selectGreater(b.abs(parameter), 0, gradient, 0), slots, scalars),
  };
}
