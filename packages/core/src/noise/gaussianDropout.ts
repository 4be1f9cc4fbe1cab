import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { withRecipe } from '../recipe.js';
import type { InputNoise, WeightNoise } from './noiseModel.js';
import { alphaOfRate, checkRate } from './rate.js';

/** Shown when an alpha is given. */
const noAlpha = 'Write rate, with α = rate/(1 − rate). For a learned α use variationalDropout.';

/**
 * Gaussian dropout with fixed variance α = rate/(1 − rate). Type `A` multiplies each input unit by N(1, α) (Srivastava et al.
 * 2014): weight noise that is correlated within an input unit. Type `B` is independent weight noise N(θ, αθ²), drawn after the
 * linear map (Wang & Manning 2013). Both have the same marginal variance. Defaults: type `B`, rate 0.5. Throws `VARDROP_RATE`
 * for a rate outside [0, 1), `VARDROP_NOISE_TYPE` for another type, `VARDROP_OPTION` for unknown options.
 */
export function gaussianDropout(options: { readonly type: 'A'; readonly rate?: number }): InputNoise;
export function gaussianDropout(options?: { readonly type?: 'B'; readonly rate?: number }): WeightNoise;
export function gaussianDropout(options: {
  readonly type?: 'A' | 'B';
  readonly rate?: number;
}): InputNoise | WeightNoise;
export function gaussianDropout(options: { readonly type?: 'A' | 'B'; readonly rate?: number } = {}) {
  checkOptionNames('gaussianDropout', options, { type: true, rate: true }, { p: 'Write rate.', alpha: noAlpha });
  const { type = 'B', rate = 0.5 } = options;
  checkChoice('VARDROP_NOISE_TYPE', '[gaussianDropout] type', type, ['A', 'B']);
  checkRate('gaussianDropout', rate);
  const alpha = alphaOfRate(rate);
  const deviation = Math.sqrt(alpha);
  if (type === 'A') {
    const inputs: InputNoise = withRecipe('gaussianDropout', options, {
      name: 'gaussian-a',
      acts: 'inputs',
      parameters: () => [],
      moments: (b) => ({ mean: b.constant(1), variance: b.constant(alpha) }),
      scale: (b, _, draw, shape) => b.add(1, b.mul(deviation, draw('normal', 'scale', shape))),
    });
    return inputs;
  }
  const weights: WeightNoise = withRecipe('gaussianDropout', options, {
    name: 'gaussian-b',
    acts: 'weights',
    symmetric: true,
    parameters: () => [],
    moments: (b, { weights: mean }) => ({
      mean,
      variance: b.mul(alpha, b.square(mean)),
      deviation: b.mul(deviation, mean),
    }),
  });
  return weights;
}
