import { checkOptionNames } from '../checkOptionNames.js';
import { type AdamNumbers, adamRule } from './adamRule.js';
import { checkDecay, checkPositive } from './checkOption.js';
import type { Optimizer } from './optimizer.js';
import { perParameter } from './perParameter.js';

/** Options of Adam. */
export interface AdamOptions {
  /** Default: 0.001. */
  readonly learningRate?: number;
  /** Decay of the first moment. Default: 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment. Default: 0.999. */
  readonly beta2?: number;
  /** Default: 1e-8. */
  readonly epsilon?: number;
}

/** The names of these options. */
export const adamOptionNames = {
  learningRate: true,
  beta1: true,
  beta2: true,
  epsilon: true,
} as const satisfies Readonly<Record<keyof AdamOptions, true>>;

/** What other libraries call these options. */
export const adamOptionsElsewhere = {
  lr: 'Write learningRate.',
  betas: 'Write beta1 and beta2.',
  eps: 'Write epsilon.',
} as const;

/**
 * Adam (Kingma & Ba 2015, algorithm 1). Throws `VARDROP_OPTIMIZER` for options outside their ranges, `VARDROP_OPTION` for
 * unknown ones.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const elsewhere = { ...adamOptionsElsewhere, weightDecay: 'Use adamW.' };
  checkOptionNames('adam', options, adamOptionNames, elsewhere);
  return perParameter(adamRule('adam', adamNumbers('adam', options)));
}

/** The numbers of Adam with defaults filled in. Throws `VARDROP_OPTIMIZER` for those outside their ranges. */
export function adamNumbers(who: string, options: AdamOptions): AdamNumbers {
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  checkPositive(who, 'learningRate', learningRate);
  checkDecay(who, 'beta1', beta1);
  checkDecay(who, 'beta2', beta2);
  checkPositive(who, 'epsilon', epsilon);
  return { learningRate, beta1, beta2, epsilon };
}
