import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { withRecipe } from '../recipe.js';
import { type Divergence, refusePosterior, refuseWithoutDensity, sumOver } from './divergence.js';

// Kingma, Salimans & Welling 2015: −KL ≈ const + ½ log α + c₁α + c₂α² + c₃α³, for α ≤ 1.
const c1 = 1.16145124;
const c2 = -1.50204118;
const c3 = 0.58629921;
/** (γ_E + ln 2)/2 puts the cubic on the scale of the exact KL, which is 0 as α → ∞. */
const alignment = 0.635181422730739;

/**
 * The paper's cubic approximation of the KL to the log-uniform prior, on the scale of `logUniformExact`; within 0.041 nats of
 * it for 0 < α ≤ 1. Refuses noise whose α may exceed 1, where it is far off. It has no options and throws `VARDROP_OPTION` if
 * it is given any.
 */
export function logUniformCubic(options: NoOptions = {}): Divergence {
  checkNoOptions('logUniformCubic', options);
  return withRecipe('logUniformCubic', options, {
    name: 'cubic',
    refuses: (noise) =>
      refuseWithoutDensity(noise) ??
      (noise.bounded
        ? undefined
        : 'the cubic approximation holds for α ≤ 1 only, and this α is unbounded; use exact or sigmoid'),
    kl(b, posterior) {
      if (posterior.kind !== 'scale') refusePosterior('cubic', posterior);
      const { alpha, logAlpha } = posterior;
      const polynomial = b.mul(alpha, b.add(c1, b.mul(alpha, b.add(c2, b.mul(c3, alpha)))));
      const negative = b.add(b.mul(0.5, logAlpha), polynomial);
      return sumOver(b, posterior, b.sub(alignment, negative));
    },
  });
}
