import type { Layer } from '../layer.js';
import { type StepsPoolingOptions, stepsPooling } from './pooling.js';

/**
 * The mean of each window, channel by channel: `[batch, steps, c]` → `[batch, steps′, c]`. Throws like `maxPooling1d`.
 */
export function averagePooling1d(options: StepsPoolingOptions = {}): Layer {
  return stepsPooling('averagePooling1d', 'averagePool2d', options);
}
