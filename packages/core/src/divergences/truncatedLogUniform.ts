import { truncatedKl } from '../noise/truncatedLogNormal.js';
import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { withRecipe } from '../recipe.js';
import { type Divergence, refusePosterior, sumOver } from './divergence.js';

/**
 * The KL of truncated log-normal factors to the log-uniform distribution on the same interval (Neklyudov, Molchanov, Ashukha &
 * Vetrov 2017): with A and B the ends in standard units and `Z = Φ(B) − Φ(A)`, `log(b − a) − ½ log 2πe − log σ − log Z −
 * (Aφ(A) − Bφ(B))/2Z`. It is computed without differences of Φ, so it holds in the tails. A proper prior, for
 * `structuredBayesianPruning` only. It has no options and throws `VARDROP_OPTION` if it is given any.
 */
export function truncatedLogUniform(options: NoOptions = {}): Divergence {
  checkNoOptions('truncatedLogUniform', options);
  return withRecipe('truncatedLogUniform', options, {
    name: 'truncated',
    refuses(noise) {
      if (noise.learns === undefined) return 'this noise learns nothing, so its KL is a constant';
      return noise.learns === 'truncatedLogNormal'
        ? undefined
        : 'its prior is log-uniform on an interval, for factors that stay in it; use structuredBayesianPruning';
    },
    kl(b, posterior) {
      if (posterior.kind !== 'truncatedLogNormal') refusePosterior('truncated', posterior);
      return sumOver(b, posterior, truncatedKl(b, posterior));
    },
  });
}
