import { checkOptionNames } from '../checkOptionNames.js';
import { checkDecay, checkPositive } from './checkOption.js';
import type { Optimizer } from './optimizer.js';
import { perParameter } from './perParameter.js';
import { readWeightDecay, type WeightDecayOptions, withWeightDecay } from './weightDecay.js';

/** Options of Lion. `weightDecay` is 0 by default. */
export interface LionOptions extends WeightDecayOptions {
  /** Default: 0.0001. */
  readonly learningRate?: number;
  /** Share of the momentum in the direction of a step. Default: 0.9. */
  readonly beta1?: number;
  /** Decay of the momentum. Default: 0.99. */
  readonly beta2?: number;
}

/**
 * Lion (Chen et al. 2023, algorithm 2): `θ ← θ − rate · (sign(β₁ m + (1 − β₁) g) + weightDecay · θ)`,
 * `m ← β₂ m + (1 − β₂) g`. All elements move by the same amount, so its rate is 3 to 10 times smaller than Adam's. Throws
 * `VARDROP_OPTIMIZER` for options outside their ranges, `VARDROP_OPTION` for unknown ones.
 */
export function lion(options: LionOptions = {}): Optimizer {
  const known = { learningRate: true, beta1: true, beta2: true, weightDecay: true, decay: true } as const;
  checkOptionNames('lion', options, known, { lr: 'Write learningRate.', betas: 'Write beta1 and beta2.' });
  const { learningRate = 1e-4, beta1 = 0.9, beta2 = 0.99 } = options;
  checkPositive('lion', 'learningRate', learningRate);
  checkDecay('lion', 'beta1', beta1);
  checkDecay('lion', 'beta2', beta2);
  const rule = {
    name: 'lion',
    slots: ['momentum'],
    scalars: { stepSize: (_: number, rateFactor: number) => -learningRate * rateFactor },
  };
  const decay = readWeightDecay('lion', options, 0);
  return perParameter(
    withWeightDecay(
      {
        ...rule,
        update(b, { gradient, slots, scalars }) {
          const direction = b.add(b.mul(beta1, slots.momentum), b.mul(1 - beta1, gradient));
          const sign = b.selectGreater(direction, 0, 1, b.selectGreater(0, direction, -1, 0));
          const momentum = b.add(b.mul(beta2, slots.momentum), b.mul(1 - beta2, gradient));
          return { update: b.mul(scalars.stepSize, sign), slots: { momentum } };
        },
      },
      learningRate,
      decay,
    ),
  );
}
