import { checkPositive } from './checkOption.js';
import type { Optimizer } from './optimizer.js';
import { perParameter } from './perParameter.js';

/**
 * Limits each element of the gradients to [−limit, limit]; a link of a `chain`. Throws `VARDROP_OPTIMIZER` unless `limit` is
 * positive.
 */
export function clipByValue(limit: number): Optimizer {
  checkPositive('clipByValue', 'limit', limit);
  return perParameter({
    name: 'clipByValue',
    kind: 'filter',
    slots: [],
    scalars: {},
    update: (b, { gradient }) => ({ update: b.max(-limit, b.min(limit, gradient)), slots: {} }),
  });
}
