import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { elementCount } from '../../program/shapes.js';
import { checkSpread } from '../checkSpread.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { eachMoment, uncertain } from '../moments.js';
import { checkPositive } from '../window.js';
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

/** Options of `groupNorm`. */
export interface GroupNormOptions extends NormOptions {
  /** Into how many equal parts the channels are cut, in order. */
  readonly groups: number;
}

/**
 * Group normalization (Wu & He 2018): in each datapoint, each group of neighbouring channels is brought to mean 0 and variance 1
 * over all its places, then multiplied by `scale` and shifted by `shift` `[channels]`. `[batch, …, channels]` → the same. One
 * group normalizes a whole datapoint; as many groups as channels are instance normalization (Ulyanov et al. 2016). The variance is
 * the biased one, and the default of `epsilon` 1e-5, as in PyTorch; Keras has 1e-3.
 *
 * Throws `VARDROP_OPTION` for unknown options, `VARDROP_LAYER` unless `groups` is a positive integer and `epsilon` positive, and
 * when built `VARDROP_SHAPE` for groups that do not divide the channels, and for groups of one value.
 */
export function groupNorm(options: GroupNormOptions): Layer {
  checkOptionNames('groupNorm', options, { groups: true, ...normOptionNames }, elsewhere);
  checkNormOptions('groupNorm', options);
  const { groups, epsilon = 1e-5 } = options;
  checkPositive('groupNorm', 'groups', groups);
  return defineLayer({
    kind: 'groupNorm',
    name: options.name,
    recipe: { part: 'groupNorm', options },
    build(name, [inputShape]) {
      const channels = inputShape[inputShape.length - 1];
      if (channels % groups !== 0) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${name}] groups: got ${groups} for ${channels} channels, needs a number that divides ${channels}.`,
        );
      }
      const places = elementCount(inputShape) / channels;
      checkSpread(name, inputShape, (places * channels) / groups);
      return {
        name,
        kind: 'groupNorm',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: affineParameters(channels, options),
        apply(b, [x], parameters) {
          const grouped = b.reshape(x, ['batch', places, groups, channels / groups]);
          const centered = b.sub(grouped, b.mean(grouped, [1, 3], true));
          const variance = b.mean(b.square(centered), [1, 3], true);
          const normalized = b.mul(centered, inverseDeviation(b, variance, epsilon));
          return affine(b, b.reshape(normalized, x.shape), undefined, parameters);
        },
        moments(b, [x], parameters, { approximate }) {
          if (!approximate) return undefined;
          const parts = ['batch', places, groups, channels / groups] as const;
          const grouped = eachMoment(uncertain(b, x), (value) => b.reshape(value, parts));
          const normalized = normalizedMoments(b, grouped, [1, 3], epsilon, true);
          const whole = eachMoment(normalized, (value) => b.reshape(value, x.mean.shape));
          return affineMoments(b, whole, parameters);
        },
      };
    },
  });
}

const elsewhere = { ...normOptionsElsewhere, numGroups: 'Write groups.' } as const;
