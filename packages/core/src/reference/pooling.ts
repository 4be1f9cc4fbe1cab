import type { SlidingWindow } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import type { FixedShape } from './layout.js';

/** A window of `size` `[height, width]` and how it moves. */
export type PoolingWindow = SlidingWindow & { readonly size: readonly [number, number] };

/**
 * Calls `visit(cell, firstRow, lastRow, firstColumn, lastColumn, image)` for each window. `cell` is the position of its
 * channel 0 in the result. Rows and columns (last exclusive) are the ones inside the image. The image starts at
 * `image`.
 */
function eachWindow(
  image: FixedShape,
  result: FixedShape,
  { size, strides, padding }: PoolingWindow,
  visit: (cell: number, top: number, bottom: number, left: number, right: number, image: number) => void,
): void {
  const [batch, height, width, channels] = image;
  const [, rows, columns] = result;
  let cell = 0;
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows; row++) {
      const y = row * strides[0] - padding[0];
      for (let column = 0; column < columns; column++, cell += channels) {
        const x = column * strides[1] - padding[2];
        visit(
          cell,
          Math.max(y, 0),
          Math.min(y + size[0], height),
          Math.max(x, 0),
          Math.min(x + size[1], width),
          b * height * width * channels,
        );
      }
    }
  }
}

/** Calls `visit(cell, place)` for each element of the result, with the position of the first maximum in its window. */
function eachMaximum(
  values: Float64Array,
  image: FixedShape,
  result: FixedShape,
  window: PoolingWindow,
  visit: (cell: number, place: number) => void,
): void {
  const [, , width, channels] = image;
  eachWindow(image, result, window, (cell, top, bottom, left, right, start) => {
    for (let c = 0; c < channels; c++) {
      let best = -1;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const place = start + (y * width + x) * channels + c;
          const value = values[place];
          if (best < 0 || value > values[best] || (Number.isNaN(value) && !Number.isNaN(values[best]))) best = place;
        }
      }
      visit(cell + c, best);
    }
  });
}

/** Largest value in each window, NaN if the window contains one. Padding is never the maximum. */
export function maxPool2d(
  values: Float64Array,
  image: FixedShape,
  window: PoolingWindow,
  result: FixedShape,
): Float64Array {
  const out = new Float64Array(elementCount(result));
  eachMaximum(values, image, result, window, (cell, place) => {
    out[cell] = place < 0 ? Number.NEGATIVE_INFINITY : values[place];
  });
  return out;
}

/**
 * Gradient of `maxPool2d` from the operands image and dy. It goes to the first maximum of each window in row-major
 * order.
 */
export function maxPool2dGradient(
  [values, dy]: readonly Float64Array[],
  [image, dyShape]: readonly FixedShape[],
  window: PoolingWindow,
): Float64Array {
  const out = new Float64Array(values.length);
  eachMaximum(values, image, dyShape, window, (cell, place) => {
    if (place >= 0) out[place] += dy[cell];
  });
  return out;
}

/** Mean of the cells of each window that lie inside the image. Padding does not count. */
export function averagePool2d(
  values: Float64Array,
  image: FixedShape,
  window: PoolingWindow,
  result: FixedShape,
): Float64Array {
  const [, , width, channels] = image;
  const out = new Float64Array(elementCount(result));
  eachWindow(image, result, window, (cell, top, bottom, left, right, start) => {
    const count = (bottom - top) * (right - left);
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) sum += values[start + (y * width + x) * channels + c];
      }
      out[cell + c] = sum / count;
    }
  });
  return out;
}

/** Gradient of `averagePool2d`, of the image's shape `result`, from dy. */
export function averagePool2dGradient(
  dy: Float64Array,
  dyShape: FixedShape,
  window: PoolingWindow,
  result: FixedShape,
): Float64Array {
  const [, , width, channels] = result;
  const out = new Float64Array(elementCount(result));
  eachWindow(result, dyShape, window, (cell, top, bottom, left, right, start) => {
    const count = (bottom - top) * (right - left);
    for (let c = 0; c < channels; c++) {
      const share = dy[cell + c] / count;
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) out[start + (y * width + x) * channels + c] += share;
      }
    }
  });
  return out;
}
