import type { Layer } from '../layer.js';
import { imagePooling, type PoolingOptions } from './pooling.js';

/**
 * The greatest value of each window, channel by channel: `[batch, h, w, c]` → `[batch, h′, w′, c]`. Throws `VARDROP_LAYER` for
 * invalid sizes, strides or padding, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs that
 * are not images.
 */
export function maxPooling2d(options: PoolingOptions = {}): Layer {
  return imagePooling('maxPooling2d', 'maxPool2d', options);
}
