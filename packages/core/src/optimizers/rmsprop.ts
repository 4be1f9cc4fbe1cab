import { checkBoolean } from '../checkBoolean.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkDecay, checkPositive } from './checkOption.js';
import type { Optimizer } from './optimizer.js';
import { perParameter } from './perParameter.js';

/** Options of RMSprop. */
export interface RmspropOptions {
  /** Default: 0.01. */
  readonly learningRate?: number;
  /** Decay of the mean square. Default: 0.99. */
  readonly decay?: number;
  /** Default: 1e-8. */
  readonly epsilon?: number;
  /** Default: 0, which means no momentum. */
  readonly momentum?: number;
  /** Whether the gradient is divided by its standard deviation in place of its root mean square. Default: false. */
  readonly centred?: boolean;
}

/**
 * RMSprop (Tieleman & Hinton 2012; centred: Graves 2013) as PyTorch has it: `s ← decay · s + (1 − decay) · g²`,
 * `v ← momentum · v + g/(√s + ε)`, `θ ← θ − rate · v`; centred with `s − m²` in place of `s`, m the decayed mean of g. Throws
 * `VARDROP_OPTIMIZER` for options outside their ranges, `VARDROP_OPTION` for unknown ones.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const known = { learningRate: true, decay: true, epsilon: true, momentum: true, centred: true } as const;
  const elsewhere = {
    lr: 'Write learningRate.',
    alpha: 'Write decay.',
    eps: 'Write epsilon.',
    centered: 'Write centred.',
  };
  checkOptionNames('rmsprop', options, known, elsewhere);
  const { learningRate = 0.01, decay = 0.99, epsilon = 1e-8, momentum = 0, centred = false } = options;
  checkPositive('rmsprop', 'learningRate', learningRate);
  checkDecay('rmsprop', 'decay', decay);
  checkPositive('rmsprop', 'epsilon', epsilon);
  checkDecay('rmsprop', 'momentum', momentum);
  checkBoolean('[rmsprop] centred', centred);
  return perParameter({
    name: 'rmsprop',
    slots: ['meanSquare', ...(centred ? ['mean'] : []), ...(momentum > 0 ? ['velocity'] : [])],
    // Negative, so that no other node has to change the sign.
    scalars: { stepSize: (_, rateFactor) => -learningRate * rateFactor },
    update(b, { gradient, slots, scalars }) {
      const meanSquare = b.add(b.mul(decay, slots.meanSquare), b.mul(1 - decay, b.square(gradient)));
      const mean = centred ? b.add(b.mul(decay, slots.mean), b.mul(1 - decay, gradient)) : undefined;
      // Rounding can make a variance near 0 negative.
      const spread = mean === undefined ? meanSquare : b.max(0, b.sub(meanSquare, b.square(mean)));
      const scaled = b.div(gradient, b.add(b.sqrt(spread), epsilon));
      const velocity = momentum > 0 ? b.add(b.mul(momentum, slots.velocity), scaled) : undefined;
      return {
        update: b.mul(scalars.stepSize, velocity ?? scaled),
        slots: { meanSquare, ...(mean && { mean }), ...(velocity && { velocity }) },
      };
    },
  });
}
