import type { SlidingWindow } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import { accumulateProduct, transposeMatrix } from './contraction.js';
import type { FixedShape } from './layout.js';

/** What a convolution's three passes share: image `[batch, h, w, in]`, filter `[kh, kw, in, out]`, result `[batch, rows, columns, out]`. */
interface Geometry {
  readonly image: FixedShape;
  readonly filter: FixedShape;
  readonly result: FixedShape;
  readonly window: SlidingWindow;
}

/**
 * Calls `visit(imageStart, patchStart)` for each place of the window and each filter cell that lies inside the image:
 * `imageStart` is where the cell's channels start within one image, `patchStart` where they go in the patches
 * `[rows × columns, kh × kw × in]`.
 */
function eachPatchCell(
  { image, filter, result, window }: Geometry,
  visit: (imageStart: number, patchStart: number) => void,
): void {
  const [, height, width, channels] = image;
  const [filterHeight, filterWidth] = filter;
  const [, rows, columns] = result;
  const [top, , left] = window.padding;
  let patch = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let i = 0; i < filterHeight; i++) {
        const y = row * window.strides[0] + i - top;
        for (let j = 0; j < filterWidth; j++, patch += channels) {
          const x = column * window.strides[1] + j - left;
          if (y >= 0 && y < height && x >= 0 && x < width) visit((y * width + x) * channels, patch);
        }
      }
    }
  }
}

/** Sizes of the matrices that a convolution of one image is: patches `[places, taps]` × filter `[taps, out]`. */
function matrixSizes({ image, filter, result }: Geometry) {
  const [batch, height, width, channels] = image;
  return {
    batch,
    channels,
    imageSize: height * width * channels,
    places: result[1] * result[2],
    taps: filter[0] * filter[1] * filter[2],
    out: filter[3],
  };
}

/** Fills `patches` with what the window sees of one image; cells in the padding keep their zeros. */
function readPatches(geometry: Geometry, image: Float64Array, start: number, patches: Float64Array): void {
  const channels = geometry.image[3];
  eachPatchCell(geometry, (from, to) => {
    for (let c = 0; c < channels; c++) patches[to + c] = image[start + from + c];
  });
}

/** Image `[batch, h, w, in]` ⋆ filter `[kh, kw, in, out]` (cross-correlation, zero padding). */
export function conv2d(
  [image, filter]: readonly Float64Array[],
  [imageShape, filterShape]: readonly FixedShape[],
  window: SlidingWindow,
  result: FixedShape,
): Float64Array {
  const geometry = { image: imageShape, filter: filterShape, result, window };
  const { batch, imageSize, places, taps, out } = matrixSizes(geometry);
  const values = new Float64Array(elementCount(result));
  const patches = new Float64Array(places * taps);
  for (let b = 0; b < batch; b++) {
    readPatches(geometry, image, b * imageSize, patches);
    accumulateProduct(
      { values: patches, offset: 0 },
      [taps, 1],
      { values: filter, offset: 0 },
      { values, offset: b * places * out },
      places,
      taps,
      out,
    );
  }
  return values;
}

/** Gradient of `conv2d` in its image, of shape `result`, from the operands filter and dy. */
export function conv2dInputGradient(
  [filter, dy]: readonly Float64Array[],
  [filterShape, dyShape]: readonly FixedShape[],
  window: SlidingWindow,
  result: FixedShape,
): Float64Array {
  const geometry = { image: result, filter: filterShape, result: dyShape, window };
  const { batch, channels, imageSize, places, taps, out } = matrixSizes(geometry);
  const values = new Float64Array(elementCount(result));
  const transposed = transposeMatrix(filter, taps, out);
  const patches = new Float64Array(places * taps);
  for (let b = 0; b < batch; b++) {
    patches.fill(0);
    accumulateProduct(
      { values: dy, offset: b * places * out },
      [out, 1],
      { values: transposed, offset: 0 },
      { values: patches, offset: 0 },
      places,
      out,
      taps,
    );
    const start = b * imageSize;
    eachPatchCell(geometry, (to, from) => {
      for (let c = 0; c < channels; c++) values[start + to + c] += patches[from + c];
    });
  }
  return values;
}

/** Gradient of `conv2d` in its filter, of shape `result`, from the operands image and dy. */
export function conv2dFilterGradient(
  [image, dy]: readonly Float64Array[],
  [imageShape, dyShape]: readonly FixedShape[],
  window: SlidingWindow,
  result: FixedShape,
): Float64Array {
  const geometry = { image: imageShape, filter: result, result: dyShape, window };
  const { batch, imageSize, places, taps, out } = matrixSizes(geometry);
  const values = new Float64Array(elementCount(result));
  const patches = new Float64Array(places * taps);
  for (let b = 0; b < batch; b++) {
    readPatches(geometry, image, b * imageSize, patches);
    accumulateProduct(
      { values: patches, offset: 0 },
      [1, taps],
      { values: dy, offset: b * places * out },
      { values, offset: 0 },
      taps,
      places,
      out,
    );
  }
  return values;
}
