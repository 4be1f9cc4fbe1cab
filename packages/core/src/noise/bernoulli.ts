import { checkOptionNames } from '../checkOptionNames.js';
import { withRecipe } from '../recipe.js';
import type { InputNoise } from './noiseModel.js';
import { alphaOfRate, checkRate } from './rate.js';

/**
 * Binary dropout (Srivastava et al. 2014): each input unit is 0 with probability `rate`, else scaled by 1/(1 − rate); drawn for
 * each datapoint (`localReparametrization`) or once per minibatch (`singleSample`). In a convolution a unit is a channel.
 * Throws `VARDROP_RATE` for a rate outside [0, 1), `VARDROP_OPTION` for unknown options.
 */
export function bernoulli(options: { readonly rate?: number } = {}): InputNoise {
  checkOptionNames('bernoulli', options, { rate: true }, { p: 'Write rate.' });
  const { rate = 0.5 } = options;
  checkRate('bernoulli', rate);
  return withRecipe('bernoulli', options, {
    name: 'bernoulli',
    acts: 'inputs',
    parameters: () => [],
    moments: (b) => ({ mean: b.constant(1), variance: b.constant(alphaOfRate(rate)) }),
    scale: (b, _, draw, shape) => b.selectGreater(rate, draw('uniform', 'mask', shape), 0, 1 / (1 - rate)),
  });
}
