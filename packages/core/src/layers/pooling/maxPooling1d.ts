import type { Layer } from '../layer.js';
import { type StepsPoolingOptions, stepsPooling } from './pooling.js';

/**
 * The greatest value of each window, channel by channel: `[batch, steps, c]` → `[batch, steps′, c]`. Throws `VARDROP_LAYER` for
 * invalid sizes, strides or padding, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs that
 * are not sequences.
 */
export function maxPooling1d(options: StepsPoolingOptions = {}): Layer {
  return stepsPooling('maxPooling1d', 'maxPool2d', options);
}
