import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { checkPositive, sequenceShape } from '../window.js';
import { repeated } from './upsampling2d.js';

/** Options of a layer that lengthens sequences. */
export interface Upsampling1dOptions {
  readonly name?: string;
  /** How often each step is repeated. Default: 2. */
  readonly size?: number;
}

/**
 * Repeats each step of a sequence: `[batch, steps, c]` → `[batch, size · steps, c]`. Throws `VARDROP_LAYER` for a size that is not a
 * positive integer, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs that are not sequences.
 */
export function upsampling1d(options: Upsampling1dOptions = {}): Layer {
  checkOptionNames('upsampling1d', options, { size: true, name: true }, { scaleFactor: 'Write size.' });
  const { size = 2 } = options;
  checkPositive('upsampling1d', 'size', size);
  return layerWithoutWeights('upsampling1d', options, (name, inputShape) => {
    const [, steps, channels] = sequenceShape(name, inputShape);
    return {
      outputShape: [size * steps, channels],
      units: 'kept',
      movesOnly: true,
      apply: (b, x) => repeated(b, x, 1, size),
    };
  });
}
