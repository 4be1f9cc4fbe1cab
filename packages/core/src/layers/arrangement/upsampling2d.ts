import { checkChoice } from '../../checkChoice.js';
import { checkOptionNames } from '../../checkOptionNames.js';
import type { Builder, Value } from '../../program/builder.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { imageShape, pair } from '../window.js';

/** Options of a layer that enlarges images. */
export interface Upsampling2dOptions {
  readonly name?: string;
  /** How many times as high and as wide the outputs are; one number for both. Default: 2. */
  readonly size?: number | readonly [number, number];
  /**
   * `nearest`: pixels are repeated. `bilinear`: they are weighted by distance, where pixels are squares and the value of one is
   * that at its centre; beyond the outer centres the outer pixels go on. Default: `nearest`.
   */
  readonly interpolation?: 'nearest' | 'bilinear';
}

/**
 * Enlarges images: `[batch, h, w, c]` → `[batch, size · h, size · w, c]`. Throws `VARDROP_LAYER` for a size that is not made of
 * positive integers and for another interpolation, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for
 * inputs that are not images.
 */
export function upsampling2d(options: Upsampling2dOptions = {}): Layer {
  const known = { size: true, interpolation: true, name: true } as const;
  const elsewhere = { scaleFactor: 'Write size.', mode: 'Write interpolation.' };
  checkOptionNames('upsampling2d', options, known, elsewhere);
  const { size: given = 2, interpolation = 'nearest' } = options;
  const size = pair('upsampling2d', 'size', given);
  checkChoice('VARDROP_LAYER', '[upsampling2d] interpolation', interpolation, ['nearest', 'bilinear']);
  const enlarge = interpolation === 'nearest' ? repeated : weighted;
  return layerWithoutWeights('upsampling2d', options, (name, inputShape) => {
    const [height, width, channels] = imageShape(name, inputShape);
    return {
      outputShape: [size[0] * height, size[1] * width, channels],
      units: 'kept',
      ...(interpolation === 'nearest' && { movesOnly: true }),
      apply: (b, x) => size.reduce((image, times, i) => enlarge(b, image, i + 1, times), x),
      moments: (b, { mean, variance }) => ({
        mean: size.reduce((image, times, i) => enlarge(b, image, i + 1, times), mean),
        variance: size.reduce((image, times, i) => enlarge(b, image, i + 1, times, (weight) => weight ** 2), variance),
      }),
    };
  });
}

/** Every element along an axis `times` in succession. The last axis stays the last. */
export function repeated(b: Builder, x: Value, axis: number, times: number): Value {
  if (times === 1) return x;
  const before = x.shape.slice(0, axis + 1);
  const after = x.shape.slice(axis + 1);
  const apart = b.reshape(x, [...before, 1, ...after]);
  const many = b.broadcast(apart, [...before, times, ...after]);
  return b.reshape(many, [...x.shape.slice(0, axis), (x.shape[axis] as number) * times, ...after]);
}

/** The product of an axis (1 or 2) of images with a matrix of weights. */
function weighted(b: Builder, x: Value, axis: number, times: number, of = (weight: number) => weight): Value {
  if (times === 1) return x;
  const [batch, height, width, channels] = x.shape as readonly ['batch', number, number, number];
  const n = axis === 1 ? height : width;
  const matrix = b.constant(linearWeights(n, times).map(of), [n * times, n]);
  if (axis === 2) return b.matmul(matrix, x);
  const rows = b.reshape(x, [batch, height, width * channels]);
  return b.reshape(b.matmul(matrix, rows), [batch, height * times, width, channels]);
}

/** `[n · times, n]`: how much of each of n cells is in each of `n · times` cells of the same whole length. */
function linearWeights(n: number, times: number): number[] {
  return Array.from({ length: n * times }, (_, i) => {
    const centre = Math.min(Math.max((i + 0.5) / times - 0.5, 0), n - 1);
    return Array.from({ length: n }, (_, j) => Math.max(1 - Math.abs(centre - j), 0));
  }).flat();
}
