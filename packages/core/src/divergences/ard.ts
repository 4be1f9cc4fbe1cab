import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { withRecipe } from '../recipe.js';
import { type Divergence, negativeLogAlpha, refuseWithoutDensity, sumOver } from './divergence.js';

/**
 * Automatic relevance determination: a Gaussian prior of its own for each noise variable, its variance set by empirical Bayes,
 * which leaves `KL = ½ log(1 + 1/α)` (Kharitonov, Molchanov & Vetrov 2018). A proper prior, unlike the log-uniform one. It has
 * no options and throws `VARDROP_OPTION` if it is given any.
 */
export function ard(options: NoOptions = {}): Divergence {
  checkNoOptions('ard', options);
  return withRecipe('ard', options, {
    name: 'ard',
    refuses: (noise) => refuseWithoutDensity(noise),
    kl: (b, posterior) => sumOver(b, posterior, b.mul(0.5, b.softplus(negativeLogAlpha(b, posterior)))),
  });
}
