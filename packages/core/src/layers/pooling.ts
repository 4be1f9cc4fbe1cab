import { checkOptionNames } from '../checkOptionNames.js';
import { checkString } from '../checkString.js';
import { samePadding, windowShape } from '../program/shapes.js';
import { defineLayer } from './defineLayer.js';
import type { Layer } from './layer.js';
import { checkPadding, imageShape, type PaddingMode, pair } from './window.js';

/** Options of a pooling layer. */
export interface PoolingOptions {
  readonly name?: string;
  /** Height and width of the window; one number for a square. Default: 2. */
  readonly size?: number | readonly [number, number];
  /** Default: the size of the window. */
  readonly strides?: number | readonly [number, number];
  /** Default: `valid`. Padding never wins a maximum and is not counted in an average. */
  readonly padding?: PaddingMode;
}

/**
 * The greatest value of each window, channel by channel: `[batch, h, w, c]` → `[batch, h′, w′, c]`. Throws `VARDROP_LAYER` for
 * invalid sizes, strides or padding; its `build` throws `VARDROP_SHAPE` for inputs that are not images.
 */
export function maxPooling2d(options: PoolingOptions = {}): Layer {
  return pooling('maxPooling2d', 'maxPool2d', options);
}

/** The mean of each window, channel by channel: `[batch, h, w, c]` → `[batch, h′, w′, c]`. Throws like `maxPooling2d`. */
export function averagePooling2d(options: PoolingOptions = {}): Layer {
  return pooling('averagePooling2d', 'averagePool2d', options);
}

function pooling(kind: string, op: 'maxPool2d' | 'averagePool2d', options: PoolingOptions): Layer {
  const known = { size: true, strides: true, padding: true, name: true } as const;
  checkOptionNames(kind, options, known, { poolSize: 'Write size.' });
  const { size: given = 2, padding = 'valid' } = options;
  if (options.name !== undefined) checkString(`[${kind}] name`, options.name);
  const size = pair(kind, 'size', given);
  const strides = pair(kind, 'strides', options.strides === undefined ? size : options.strides);
  checkPadding(kind, padding);
  return defineLayer({
    kind,
    name: options.name,
    recipe: { part: kind, options },
    build(name, [inputShape]) {
      const [height, width, channels] = imageShape(name, inputShape);
      const pad = padding === 'same' ? samePadding(height, width, size, strides) : ([0, 0, 0, 0] as const);
      const output = windowShape(['batch', ...inputShape], size, strides, pad, name);
      return {
        name,
        kind,
        inputShapes: [inputShape],
        outputShape: [...output, channels],
        parameters: [],
        units: 'kept',
        apply: (b, [x]) => b[op](x, size, { strides, padding: pad }),
      };
    },
  });
}
