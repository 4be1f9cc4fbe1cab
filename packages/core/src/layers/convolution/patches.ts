import type { Builder, Value } from '../../program/builder.js';
import type { PlacedWindow } from '../window.js';

/**
 * What a window reads at each of its places: images `[batch, h, w, channels]` → `[batch, rows · columns, kh · kw, channels]`. It
 * moves numbers only.
 */
export function patches(b: Builder, x: Value, window: PlacedWindow): Value {
  const { strides, dilations, padding, output } = window;
  const [top, bottom, left, right] = padding;
  const padded = b.pad(x, [undefined, { before: top, after: bottom }, { before: left, after: right }]);
  const channels = x.shape[3];
  const parts = offsets(window).map((offset) => {
    const [down, across] = [0, 1].map((axis) => {
      const start = offset[axis] * dilations[axis];
      return { start, end: start + (output[axis] - 1) * strides[axis] + 1, step: strides[axis] };
    });
    const part = b.slice(padded, [undefined, down, across]);
    return b.reshape(part, ['batch', output[0] * output[1], 1, channels]);
  });
  return b.concatenate(parts, 2);
}

/**
 * The transpose of `patches`: `[batch, rows · columns, kh · kw, channels]` → images `[batch, height, width, channels]`, where
 * what the window reads several times is added up.
 *
 * @param window placed on the images
 */
export function overlay(b: Builder, x: Value, [height, width]: readonly number[], window: PlacedWindow): Value {
  const { strides, dilations, padding, output } = window;
  const [top, bottom, left, right] = padding;
  const whole = [top + height + bottom, left + width + right];
  const channels = x.shape[3];
  const parts = offsets(window).map((offset, i) => {
    const part = b.slice(x, [undefined, undefined, { start: i, end: i + 1 }]);
    const [down, across] = [0, 1].map((axis) => {
      const before = offset[axis] * dilations[axis];
      const interior = strides[axis] - 1;
      return { before, interior, after: whole[axis] - before - (output[axis] - 1) * strides[axis] - 1 };
    });
    return b.pad(b.reshape(part, ['batch', ...output, channels]), [undefined, down, across]);
  });
  const sum = parts.reduce((total, part) => b.add(total, part));
  return b.slice(sum, [undefined, { start: top, end: top + height }, { start: left, end: left + width }]);
}

/** The cells of a window, row by row. */
function offsets({ size: [height, width] }: PlacedWindow): readonly (readonly [number, number])[] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width] as const);
}
