import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { activate, checkActivation } from './activation.js';
import { activationMoments } from './activationMoments.js';
import { defineLayer } from './defineLayer.js';
import type { Activation, BuiltLayer, Layer } from './layer.js';

/** An activation as a layer of its own. Throws `VARDROP_LAYER` for an unknown one. */
export function activation(kind: Activation): Layer {
  if (typeof kind === 'object' && kind !== null) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[activation] activation: got ${formatValue(kind)}, needs a name. Write activation('relu').`,
    );
  }
  checkActivation('activation', kind);
  return defineLayer({
    kind,
    recipe: { part: 'activation', options: { kind } },
    build: (name, [inputShape]): BuiltLayer => ({
      name,
      kind,
      inputShapes: [inputShape],
      outputShape: inputShape,
      parameters: [],
      activation: kind,
      units: 'kept',
      apply: (b, [x]) => activate(b, x, kind),
      moments: (b, [x], _, mode) => activationMoments(b, x, kind, mode),
    }),
  });
}
