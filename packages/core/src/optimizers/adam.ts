import { checkOptionNames } from '../checkOptionNames.js';
import { checkDecay, checkPositive } from './checkOption.js';
import type { Optimizer } from './optimizer.js';

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

/**
 * Adam (Kingma & Ba 2015, algorithm 1). Its bias corrections are scalars of the step: `rate m̂/(√v̂ + ε)` is
 * `stepSize · m/(√v + ε̂)` with `stepSize = rate √c₂/c₁` and `ε̂ = ε√c₂`, `cᵢ = 1 − βᵢᵗ`. Throws `VARDROP_OPTIMIZER` for
 * options outside their ranges, `VARDROP_OPTION` for unknown ones.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const known = { learningRate: true, beta1: true, beta2: true, epsilon: true } as const;
  checkOptionNames('adam', options, known, { lr: 'Write learningRate.' });
  const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  checkPositive('adam', 'learningRate', learningRate);
  checkDecay('adam', 'beta1', beta1);
  checkDecay('adam', 'beta2', beta2);
  checkPositive('adam', 'epsilon', epsilon);
  return {
    name: 'adam',
    learningRate,
    slots: ['firstMoment', 'secondMoment'],
    scalarNames: ['stepSize', 'epsilon'],
    scalars(step, rate) {
      const first = 1 - beta1 ** step;
      const second = Math.sqrt(1 - beta2 ** step);
      return { stepSize: (rate * second) / first, epsilon: epsilon * second };
    },
    update(b, parameter, gradient, slots, scalars) {
      const firstMoment = b.add(b.mul(beta1, slots.firstMoment), b.mul(1 - beta1, gradient));
      const secondMoment = b.add(b.mul(beta2, slots.secondMoment), b.mul(1 - beta2, b.square(gradient)));
      const direction = b.div(firstMoment, b.add(b.sqrt(secondMoment), scalars.epsilon));
      return { parameter: b.sub(parameter, b.mul(scalars.stepSize, direction)), slots: { firstMoment, secondMoment } };
    },
  };
}
