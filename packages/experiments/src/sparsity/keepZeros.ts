import type { Optimizer } from '@vardrop/core';

/**
 * The given optimizer, except that values of exactly 0 stay 0. So pruned weights stay removed while the others are trained.
 * Their gradient is set to 0, which gives no update for Adam and for momentum that start at 0.
 */
export function keepZeros(optimizer: Optimizer): Optimizer {
  return {
    ...optimizer,
    update(b, step) {
      const gradients = Object.entries(step.updates).map(([name, gradient]) => {
        return [name, b.selectGreater(b.abs(step.parameters[name]), 0, gradient, 0)] as const;
      });
      return optimizer.update(b, { ...step, updates: Object.fromEntries(gradients) });
    },
  };
}
