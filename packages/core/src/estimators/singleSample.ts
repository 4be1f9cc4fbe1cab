import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { withRecipe } from '../recipe.js';
import { type Estimator, sampleWeights, scaleInputs } from './estimator.js';

/**
 * One weight sample shared by the whole minibatch (Blundell et al. 2015). It is cheap, but the gradients of the datapoints are
 * correlated, so the variance does not fall with the size of the minibatch. It has no options and throws `VARDROP_OPTION` if it
 * is given any.
 */
export function singleSample(options: NoOptions = {}): Estimator {
  checkNoOptions('single', options);
  return withRecipe('singleSample', options, {
    name: 'single',
    refuses: () => undefined,
    apply(context) {
      const { builder: b, linear, noise, x } = context;
      if (noise.acts === 'inputs') return scaleInputs({ ...context, noise }, 1);
      return linear.apply(b, x, sampleWeights({ ...context, noise }, []));
    },
  });
}
