import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { withRecipe } from '../recipe.js';
import { type Estimator, sampleWeights, scaleInputs } from './estimator.js';

/**
 * A weight sample for each datapoint: the direct way to independent gradients (Kingma, Salimans & Welling 2015, section 2). It
 * costs one noise matrix per datapoint. For noise on the inputs it is the same as `localReparametrization`. It has no options
 * and throws `VARDROP_OPTION` if it is given any.
 */
export function separateSamples(options: NoOptions = {}): Estimator {
  checkNoOptions('separate', options);
  return withRecipe('separateSamples', options, {
    name: 'separate',
    refuses: () => undefined,
    apply(context) {
      const { builder: b, linear, noise, x } = context;
      if (noise.acts === 'inputs') return scaleInputs({ ...context, noise }, 'batch');
      return linear.applyEach(b, x, sampleWeights({ ...context, noise }, ['batch']));
    },
  });
}
