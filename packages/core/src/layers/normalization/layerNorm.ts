import { checkOptionNames } from '../../checkOptionNames.js';
import { checkSpread } from '../checkSpread.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { uncertain } from '../moments.js';
import {
  affine,
  affineParameters,
  checkNormOptions,
  inverseDeviation,
  type NormOptions,
  normOptionNames,
  normOptionsElsewhere,
} from './affine.js';

import { affineMoments, normalizedMoments } from './normalizedMoments.js';

/**
 * Layer normalization (Ba, Kiros & Hinton 2016): at each place, the channels on the last axis are brought to mean 0 and variance
 * 1, then multiplied by `scale` and shifted by `shift` `[channels]`: `(x − mean) / √(variance + epsilon) · scale + shift`, with the
 * biased variance. `[batch, …, channels]` → the same. The default of `epsilon` is 1e-5, as in PyTorch; Keras has 1e-3.
 *
 * Throws `VARDROP_OPTION` for unknown options, `VARDROP_LAYER` unless `epsilon` is positive, and when built `VARDROP_SHAPE` for a
 * single channel, which would always be normalized to 0.
 */
export function layerNorm(options: NormOptions = {}): Layer {
  checkOptionNames('layerNorm', options, normOptionNames, normOptionsElsewhere);
  checkNormOptions('layerNorm', options);
  const { epsilon = 1e-5 } = options;
  return defineLayer({
    kind: 'layerNorm',
    name: options.name,
    recipe: { part: 'layerNorm', options },
    build(name, [inputShape]) {
      const channels = inputShape[inputShape.length - 1];
      checkSpread(name, inputShape, channels);
      return {
        name,
        kind: 'layerNorm',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: affineParameters(channels, options),
        apply(b, [x], parameters) {
          const centered = b.sub(x, b.mean(x, [-1], true));
          const variance = b.mean(b.square(centered), [-1], true);
          return affine(b, centered, inverseDeviation(b, variance, epsilon), parameters);
        },
        moments(b, [x], parameters, { approximate }) {
          if (!approximate) return undefined;
          const normalized = normalizedMoments(b, uncertain(b, x), [inputShape.length], epsilon, true);
          return affineMoments(b, normalized, parameters);
        },
      };
    },
  });
}
