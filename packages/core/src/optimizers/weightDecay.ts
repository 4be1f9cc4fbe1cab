import { checkFunction } from '../checkFunction.js';
import type { Value } from '../program/builder.js';
import { checkWeightDecay } from './checkOption.js';
import type { ParameterRule } from './perParameter.js';

/** Options of decoupled weight decay. */
export interface WeightDecayOptions {
  /** `rate · weightDecay · θ` is subtracted in each step. */
  readonly weightDecay?: number;
  /**
   * Which parameters decay, by full name. Default: those called `weights`, not biases and not the noise's: a log variance or a
   * log α of 0 is no rest, but much noise.
   */
  readonly decay?: (name: string) => boolean;
}

/** The options with their defaults, checked. Throws `VARDROP_OPTIMIZER` for a decay below 0, `VARDROP_OPTION` for no function. */
export function readWeightDecay(
  who: string,
  { weightDecay, decay = isWeights }: WeightDecayOptions,
  usual: number,
): Required<WeightDecayOptions> {
  const given = weightDecay === undefined ? usual : weightDecay;
  checkWeightDecay(who, given);
  checkFunction(`[${who}] decay`, decay);
  return { weightDecay: given, decay };
}

const isWeights = (name: string) => name === 'weights' || name.endsWith('/weights');

/**
 * A rule with weight decay that does not go through its moments (Loshchilov & Hutter 2019, algorithm 2, with the decay scaled
 * by the learning rate as in PyTorch and optax).
 */
export function withWeightDecay(
  rule: ParameterRule,
  learningRate: number,
  { weightDecay, decay }: Required<WeightDecayOptions>,
): ParameterRule {
  if (weightDecay === 0) return rule;
  return {
    ...rule,
    scalars: { ...rule.scalars, decay: (_, rateFactor) => -learningRate * rateFactor * weightDecay },
    update(b, at) {
      const next = rule.update(b, at);
      if (!decay(at.name)) return next;
      const decayed: Value = b.mul(at.scalars.decay, at.parameter);
      return { ...next, update: b.add(next.update, decayed) };
    },
  };
}
