import type { Layer } from '../layer.js';
import { imagePooling, type PoolingOptions } from './pooling.js';

/**
 * The mean of each window, channel by channel: `[batch, h, w, c]` → `[batch, h′, w′, c]`. Throws like `maxPooling2d`.
 */
export function averagePooling2d(options: PoolingOptions = {}): Layer {
  return imagePooling('averagePooling2d', 'averagePool2d', options);
}
