import type { Pixels } from './pixels.js';

/**
 * An image of another size: linear interpolation, over a triangle as wide as a new pixel where the image becomes smaller, so that
 * every pixel counts. It is `BILINEAR` of Pillow, and `bilinear` with `antialias` of PyTorch.
 */
export function resize(image: Pixels, height: number, width: number): Pixels {
  if (image.height === height && image.width === width) return image;
  const { channels } = image;
  const columns = weightsOf(image.width, width);
  const rows = weightsOf(image.height, height);
  const wide = new Float64Array(image.height * width * channels);
  for (let y = 0; y < image.height; y++) {
    columns.forEach(({ first, weights }, x) => {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        weights.forEach((weight, k) => {
          sum += weight * image.data[(y * image.width + first + k) * channels + c];
        });
        wide[(y * width + x) * channels + c] = sum;
      }
    });
  }
  const line = width * channels;
  const data = new Float32Array(height * line);
  rows.forEach(({ first, weights }, y) => {
    for (let at = 0; at < line; at++) {
      let sum = 0;
      weights.forEach((weight, k) => {
        sum += weight * wide[(first + k) * line + at];
      });
      data[y * line + at] = sum;
    }
  });
  return { width, height, channels, data };
}

/** For each new pixel of a line: which pixels it is made of, from `first` on, and their weights, which add up to 1. */
function weightsOf(
  from: number,
  to: number,
): readonly { readonly first: number; readonly weights: readonly number[] }[] {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / reach)),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
