import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { withRecipe } from '../recipe.js';
import { type Divergence, refusePosterior, refuseWithoutDensity, sumOver } from './divergence.js';

/**
 * The KL to the log-uniform prior (Kingma, Salimans & Welling 2015, section 3.3) without approximation: `2 ∫₀ˢ D(u) du` with
 * Dawson's function D and `s = 1/√(2α) = θ/(√2 σ)`, normalised to 0 as α → ∞. Its derivative −s D(s) in log α is exact too;
 * nothing is singular at θ = 0. It has no options and throws `VARDROP_OPTION` if it is given any.
 */
export function logUniformExact(options: NoOptions = {}): Divergence {
  checkNoOptions('logUniformExact', options);
  return withRecipe('logUniformExact', options, {
    name: 'exact',
    refuses: refuseWithoutDensity,
    kl(b, posterior) {
      if (posterior.kind !== 'gaussian' && posterior.kind !== 'scale') refusePosterior('exact', posterior);
      // s may have the sign of θ: the KL is even in it.
      const s =
        posterior.kind === 'gaussian'
          ? b.mul(b.mul(posterior.mean, Math.SQRT1_2), b.exp(b.mul(-0.5, posterior.logVariance)))
          : b.mul(b.exp(b.mul(-0.5, posterior.logAlpha)), Math.SQRT1_2);
      return sumOver(b, posterior, b.special('logUniformKl', s));
    },
  });
}
