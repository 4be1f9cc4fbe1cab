import { checkOptionNames } from '../checkOptionNames.js';
import { type AdamOptions, adamNumbers, adamOptionNames, adamOptionsElsewhere } from './adam.js';
import { adamRule } from './adamRule.js';
import type { Optimizer } from './optimizer.js';
import { perParameter } from './perParameter.js';
import { readWeightDecay, type WeightDecayOptions, withWeightDecay } from './weightDecay.js';

/** Options of AdamW. `weightDecay` is 0.01 by default. */
export interface AdamWOptions extends AdamOptions, WeightDecayOptions {}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): `θ ← θ − rate · (m̂/(√v̂ + ε) + weightDecay · θ)`. Throws
 * `VARDROP_OPTIMIZER` for options outside their ranges, `VARDROP_OPTION` for unknown ones.
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  checkOptionNames('adamW', options, { ...adamOptionNames, weightDecay: true, decay: true }, adamOptionsElsewhere);
  const numbers = adamNumbers('adamW', options);
  const decay = readWeightDecay('adamW', options, 0.01);
  return perParameter(withWeightDecay(adamRule('adamW', numbers), numbers.learningRate, decay));
}
