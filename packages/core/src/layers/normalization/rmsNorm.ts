import { checkOptionNames } from '../../checkOptionNames.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { uncertain } from '../moments.js';
import {
  affine,
  affineParameters,
  checkNormOptions,
  inverseDeviation,
  type NormOptions,
  normOptionsElsewhere,
} from './affine.js';

import { affineMoments, normalizedMoments } from './normalizedMoments.js';

/** Options of `rmsNorm`, which shifts nothing. */
export type RmsNormOptions = Omit<NormOptions, 'shift'>;

/**
 * Normalization by the root mean square (Zhang & Sennrich 2019): at each place, the channels on the last axis are divided by
 * `√(mean of x² + epsilon)` and multiplied by `scale` `[channels]`. `[batch, …, channels]` → the same. The default of `epsilon` is
 * 1e-6, as in Keras; PyTorch's is the distance of 1 from the next float.
 *
 * Throws `VARDROP_OPTION` for unknown options, `VARDROP_LAYER` unless `epsilon` is positive.
 */
export function rmsNorm(options: RmsNormOptions = {}): Layer {
  const known = { name: true, epsilon: true, scale: true } as const;
  checkOptionNames('rmsNorm', options, known, {
    ...normOptionsElsewhere,
    shift: 'rmsNorm shifts nothing: use layerNorm.',
  });
  checkNormOptions('rmsNorm', options);
  const { epsilon = 1e-6 } = options;
  return defineLayer({
    kind: 'rmsNorm',
    name: options.name,
    recipe: { part: 'rmsNorm', options },
    build(name, [inputShape]) {
      return {
        name,
        kind: 'rmsNorm',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: affineParameters(inputShape[inputShape.length - 1], { ...options, shift: false }),
        apply: (b, [x], parameters) =>
          affine(b, x, inverseDeviation(b, b.mean(b.square(x), [-1], true), epsilon), parameters),
        moments(b, [x], parameters, { approximate }) {
          if (!approximate) return undefined;
          const normalized = normalizedMoments(b, uncertain(b, x), [inputShape.length], epsilon, false);
          return affineMoments(b, normalized, parameters);
        },
      };
    },
  });
}
