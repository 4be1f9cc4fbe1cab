import type { ParameterRule } from './perParameter.js';

/** The numbers of Adam. */
export interface AdamNumbers {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1). Its bias corrections are scalars of the step: `rate m̂/(√v̂ + ε)` is
 * `stepSize · m/(√v + ε̂)` with `stepSize = rate √c₂/c₁` and `ε̂ = ε√c₂`, `cᵢ = 1 − βᵢᵗ`.
 */
export function adamRule(name: string, { learningRate, beta1, beta2, epsilon }: AdamNumbers): ParameterRule {
  const second = (step: number) => Math.sqrt(1 - beta2 ** step);
  return {
    name,
    slots: ['firstMoment', 'secondMoment'],
    scalars: {
      // Negative, so that no other node has to change the sign.
      stepSize: (step, rateFactor) => (-learningRate * rateFactor * second(step)) / (1 - beta1 ** step),
      epsilon: (step) => epsilon * second(step),
    },
    update(b, { gradient, slots, scalars }) {
      const firstMoment = b.add(b.mul(beta1, slots.firstMoment), b.mul(1 - beta1, gradient));
      const secondMoment = b.add(b.mul(beta2, slots.secondMoment), b.mul(1 - beta2, b.square(gradient)));
      const direction = b.div(firstMoment, b.add(b.sqrt(secondMoment), scalars.epsilon));
      return { update: b.mul(scalars.stepSize, direction), slots: { firstMoment, secondMoment } };
    },
  };
}
