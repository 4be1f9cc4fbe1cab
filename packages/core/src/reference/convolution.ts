import type { Convolution } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import { accumulateProduct, transposeMatrix } from './contraction.js';
import { type FixedShape, gather } from './layout.js';

/**
 * The sizes for a convolution and its two gradients: image `[batch, h, w, in]`, filter `[kh, kw, in / groups, out]`,
 * result `[batch, rows, columns, out]`.
 */
interface Geometry {
  readonly image: FixedShape;
  readonly filter: FixedShape;
  readonly result: FixedShape;
  readonly window: Convolution;
}

/**
 * Calls `visit(imageStart, patchStart)` for each position of the window and each filter cell that lies inside the
 * image. `imageStart` is the start of the pixel within one image. `patchStart` is the start of one group's channels of
 * that pixel in the patches `[rows × columns, kh × kw × in / groups]`.
 */
function eachPatchCell(
  { image, filter, result, window }: Geometry,
  visit: (imageStart: number, patchStart: number) => void,
): void {
  const [, height, width, channels] = image;
  const [filterHeight, filterWidth, perGroup] = filter;
  const [, rows, columns] = result;
  const { strides, dilations, padding } = window;
  const [top, , left] = padding;
  let patch = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let i = 0; i < filterHeight; i++) {
        const y = row * strides[0] + i * dilations[0] - top;
        for (let j = 0; j < filterWidth; j++, patch += perGroup) {
          const x = column * strides[1] + j * dilations[1] - left;
          if (y >= 0 && y < height && x >= 0 && x < width) visit((y * width + x) * channels, patch);
        }
      }
    }
  }
}

/**
 * Sizes of the matrix product that computes one group of one image: patches `[places, taps]` × filter `[taps, out]`.
 */
function matrixSizes({ image, filter, result, window: { groups } }: Geometry) {
  const [batch, height, width, channels] = image;
  return {
    batch,
    groups,
    perGroup: filter[2],
    imageSize: height * width * channels,
    places: result[1] * result[2],
    taps: filter[0] * filter[1] * filter[2],
    out: filter[3] / groups,
  };
}

/** Fills `patches` with the pixels that the window reads in one group of one image. Cells in the padding stay zero. */
function readPatches(geometry: Geometry, image: Float64Array, start: number, patches: Float64Array): void {
  const perGroup = geometry.filter[2];
  eachPatchCell(geometry, (from, to) => {
    for (let c = 0; c < perGroup; c++) patches[to + c] = image[start + from + c];
  });
}

/** `[rows, groups, columns]` as `[groups, rows, columns]`. */
function apart(values: Float64Array, rows: number, groups: number, columns: number): Float64Array {
  return groups === 1 ? values : gather(values, [groups, rows, columns], [columns, groups * columns, 1]);
}

/** `[groups, rows, columns]` as `[rows, groups, columns]`. */
function together(values: Float64Array, rows: number, groups: number, columns: number): Float64Array {
  return groups === 1 ? values : gather(values, [rows, groups, columns], [columns, rows * columns, 1]);
}

/** Image `[batch, h, w, in]` ⋆ filter `[kh, kw, in / groups, out]` (cross-correlation, zero padding). */
export function conv2d(
  [image, filter]: readonly Float64Array[],
  [imageShape, filterShape]: readonly FixedShape[],
  window: Convolution,
  result: FixedShape,
): Float64Array {
  const geometry = { image: imageShape, filter: filterShape, result, window };
  const { batch, groups, perGroup, imageSize, places, taps, out } = matrixSizes(geometry);
  const values = new Float64Array(elementCount(result));
  const filters = apart(filter, taps, groups, out);
  const patches = new Float64Array(places * taps);
  for (let g = 0; g < groups; g++) {
    for (let b = 0; b < batch; b++) {
      readPatches(geometry, image, b * imageSize + g * perGroup, patches);
      accumulateProduct(
        { values: patches, offset: 0 },
        [taps, 1],
        { values: filters, offset: g * taps * out },
        { values, offset: (g * batch + b) * places * out },
        places,
        taps,
        out,
      );
    }
  }
  return together(values, batch * places, groups, out);
}

/** Gradient of `conv2d` with respect to its image, of shape `result`, from the operands filter and dy. */
export function conv2dInputGradient(
  [filter, dy]: readonly Float64Array[],
  [filterShape, dyShape]: readonly FixedShape[],
  window: Convolution,
  result: FixedShape,
): Float64Array {
  const geometry = { image: result, filter: filterShape, result: dyShape, window };
  const { batch, groups, perGroup, imageSize, places, taps, out } = matrixSizes(geometry);
  const values = new Float64Array(elementCount(result));
  const gradients = apart(dy, batch * places, groups, out);
  const filters = apart(filter, taps, groups, out);
  const patches = new Float64Array(places * taps);
  for (let g = 0; g < groups; g++) {
    const transposed = transposeMatrix(filters.subarray(g * taps * out, (g + 1) * taps * out), taps, out);
    for (let b = 0; b < batch; b++) {
      patches.fill(0);
      accumulateProduct(
        { values: gradients, offset: (g * batch + b) * places * out },
        [out, 1],
        { values: transposed, offset: 0 },
        { values: patches, offset: 0 },
        places,
        out,
        taps,
      );
      const start = b * imageSize + g * perGroup;
      eachPatchCell(geometry, (to, from) => {
        for (let c = 0; c < perGroup; c++) values[start + to + c] += patches[from + c];
      });
    }
  }
  return values;
}

/** Gradient of `conv2d` with respect to its filter, of shape `result`, from the operands image and dy. */
export function conv2dFilterGradient(
  [image, dy]: readonly Float64Array[],
  [imageShape, dyShape]: readonly FixedShape[],
  window: Convolution,
  result: FixedShape,
): Float64Array {
  const geometry = { image: imageShape, filter: result, result: dyShape, window };
  const { batch, groups, perGroup, imageSize, places, taps, out } = matrixSizes(geometry);
  const values = new Float64Array(elementCount(result));
  const gradients = apart(dy, batch * places, groups, out);
  const patches = new Float64Array(places * taps);
  for (let g = 0; g < groups; g++) {
    for (let b = 0; b < batch; b++) {
      readPatches(geometry, image, b * imageSize + g * perGroup, patches);
      accumulateProduct(
        { values: patches, offset: 0 },
        [1, taps],
        { values: gradients, offset: (g * batch + b) * places * out },
        { values, offset: g * taps * out },
        taps,
        places,
        out,
      );
    }
  }
  return together(values, taps, groups, out);
}
