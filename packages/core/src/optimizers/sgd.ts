import { checkBoolean } from '../checkBoolean.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkDecay, checkPositive } from './checkOption.js';
import type { Optimizer } from './optimizer.js';
import { perParameter, type RuleResult } from './perParameter.js';

/** Options of stochastic gradient descent. */
export interface SgdOptions {
  /** Default: 0.01. */
  readonly learningRate?: number;
  /** Default: 0, which means no momentum and no carried tensors. */
  readonly momentum?: number;
  /** Nesterov's look-ahead. Default: false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent: `v ← momentum · v + g`, `θ ← θ − rate · v` (with Nesterov's form
 * `θ ← θ − rate · (g + momentum · v)`). Throws `VARDROP_OPTIMIZER` for a rate that is not positive or a momentum outside [0,
 * 1), `VARDROP_OPTION` for unknown options.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const known = { learningRate: true, momentum: true, nesterov: true } as const;
  checkOptionNames('sgd', options, known, { lr: 'Write learningRate.', weightDecay: 'Use adamW.' });
  const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
  checkPositive('sgd', 'learningRate', learningRate);
  checkDecay('sgd', 'momentum', momentum);
  checkBoolean('[sgd] nesterov', nesterov);
  return perParameter({
    name: 'sgd',
    slots: momentum > 0 ? ['velocity'] : [],
    // Negative, so that no other node has to change the sign.
    scalars: { stepSize: (_, rateFactor) => -learningRate * rateFactor },
    update(b, { gradient, slots, scalars }): RuleResult {
      if (momentum === 0) return { update: b.mul(scalars.stepSize, gradient), slots: {} };
      const velocity = b.add(b.mul(momentum, slots.velocity), gradient);
      const direction = nesterov ? b.add(gradient, b.mul(momentum, velocity)) : velocity;
      return { update: b.mul(scalars.stepSize, direction), slots: { velocity } };
    },
  });
}
