import { checkOptionNames } from '../checkOptionNames.js';
import { checkString } from '../checkString.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { rectifierMoments } from './activationMoments.js';
import { defineLayer } from './defineLayer.js';
import type { Layer } from './layer.js';
import { uncertain } from './moments.js';

/** Options of a rectifier with learned slopes. */
export interface PreluOptions {
  readonly name?: string;
  /** Initial slope below 0. Default: 0.25, as in the paper and in PyTorch. Keras has 0. */
  readonly slope?: number;
}

/**
 * A rectifier with a learned slope below 0 for each channel (He et al. 2015): `x > 0 ? x : slope · x`, `[batch, …, c]` →
 * `[batch, …, c]`, parameter `slope` `[c]`. The slopes have no noise. Throws `VARDROP_LAYER` for an initial slope that is not a number,
 * and `VARDROP_OPTION` for unknown options.
 */
export function prelu(options: PreluOptions = {}): Layer {
  checkOptionNames(
    'prelu',
    options,
    { slope: true, name: true },
    { alphaInitializer: 'Write slope.', init: 'Write slope.' },
  );
  const { slope = 0.25, name: ownName } = options;
  if (ownName !== undefined) checkString('[prelu] name', ownName);
  if (!Number.isFinite(slope)) {
    throw new VardropError('VARDROP_LAYER', `[prelu] slope: got ${formatValue(slope)}, needs a number.`);
  }
  return defineLayer({
    kind: 'prelu',
    name: ownName,
    recipe: { part: 'prelu', options },
    build: (name, [inputShape]) => ({
      name,
      kind: 'prelu',
      inputShapes: [inputShape],
      outputShape: inputShape,
      parameters: [{ name: 'slope', shape: inputShape.slice(-1), initialize: { kind: 'constant', value: slope } }],
      units: 'kept',
      apply: (b, [x], { slope: slopes }) => b.selectGreater(x, 0, x, b.mul(slopes, x)),
      moments: (b, [x], { slope: slopes }, mode) => rectifierMoments(b, uncertain(b, x), slopes, mode),
    }),
  });
}
