import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { type Estimator, sampleWeights, scaleInputs } from './estimator.js';

/**
 * A weight sample for each datapoint: the direct way to independent gradients (Kingma, Salimans & Welling 2015,
 * section 2), at the price of a matrix of noise a datapoint. For noise on the inputs it is the same as `local`.
 * It has no options; throws `VARDROP_OPTION` for any.
 */
export function separateSamples(options: NoOptions = {}): Estimator {
  checkNoOptions('separate', options);
  return {
    name: 'separate',
    refuses: () => undefined,
    apply(context) {
      const { builder: b, linear, noise, x } = context;
      if (noise.acts === 'inputs') return scaleInputs({ ...context, noise }, 'batch');
      return linear.applyEach(b, x, sampleWeights({ ...context, noise }, ['batch']));
    },
  };
}
