import { checkNoOptions, type NoOptions } from '../noOptions.js';
import type { Shape } from '../program/program.js';
import { withRecipe } from '../recipe.js';
import { applyScaled, type Estimator } from './estimator.js';

/**
 * Flipout (Wen et al. 2018): one shared weight perturbation ΔW, given random signs for each datapoint,
 * `Y = X W̄ + ((X ∘ S) ΔW) ∘ R`, which decorrelates the gradients at the cost of a second product. Only for independent noise
 * that is symmetric about its mean; unbiased for convolutions too. It has no options and throws `VARDROP_OPTION` if it is given
 * any.
 */
export function flipout(options: NoOptions = {}): Estimator {
  checkNoOptions('flipout', options);
  return withRecipe('flipout', options, {
    name: 'flipout',
    refuses(noise) {
      if (noise.acts === 'nowhere') return undefined;
      if (noise.acts === 'inputs')
        return 'random signs need noise that is independent for each weight, but noise on the inputs is shared by all weights of a unit';
      return noise.symmetric
        ? undefined
        : 'random signs preserve the distribution only of noise that is symmetric about its mean';
    },
    apply({ builder: b, linear, noise, x, parameters, draw, once }) {
      if (noise.acts !== 'weights') return linear.apply(b, x, parameters.weights);
      const mean = once('mean', () => noise.moments(b, parameters).mean);
      const perturbation = once('perturbation', () =>
        b.mul(noise.moments(b, parameters).deviation, draw('normal', 'weights', mean.shape)),
      );
      const signs = (name: string, factors: Shape) =>
        once(name, () => b.selectGreater(0.5, draw('uniform', name, ['batch', ...factors.slice(1)]), 1, -1));
      const turned = applyScaled(linear, b, x, signs('inputSigns', linear.inputFactors), perturbation);
      const flipped = b.mul(turned, signs('outputSigns', linear.outputFactors));
      return b.add(linear.apply(b, x, mean), flipped);
    },
  });
}
