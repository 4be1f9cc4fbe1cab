import { checkPositive } from './checkOption.js';
import type { Optimizer } from './optimizer.js';

/**
 * Scales all gradients by one factor, so that the norm of all of them together is at most `limit` (Pascanu, Mikolov & Bengio
 * 2013); a link of a `chain`. Frozen groups further on in the chain count in the norm; what `fit({ trainable })` leaves out does
 * not. Throws `VARDROP_OPTIMIZER` unless `limit` is positive.
 */
export function clipByGlobalNorm(limit: number): Optimizer {
  checkPositive('clipByGlobalNorm', 'limit', limit);
  return {
    name: 'clipByGlobalNorm',
    kind: 'filter',
    slots: () => [],
    scalarNames: [],
    scalars: () => ({}),
    update: (b, { updates }) =>
      b.scope('clipByGlobalNorm', () => {
        const squares = Object.values(updates).map((update) => b.reduceSum(b.square(update)));
        const norm = b.sqrt(squares.reduce((sum, term) => b.add(sum, term), b.constant(0)));
        // Exactly 1 where the norm is within the limit.
        const factor = b.div(limit, b.max(limit, norm));
        const clipped = Object.entries(updates).map(([name, update]) => [name, b.mul(factor, update)] as const);
        return { updates: Object.fromEntries(clipped), slots: {} };
      }),
  };
}
