import * as random from '@vardrop/core/random';

/** Height, width and channels of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** As many images of uniform noise. */
export function noiseLike(images: ArrayLike<number>, seed: number): Float32Array {
  return Float32Array.from(random.uniform(random.key(seed), images.length));
}

/** White on black instead of black on white; pixels are from 0 to 1. */
export function inverted(images: ArrayLike<number>): Float32Array {
  return Float32Array.from(images, (value) => 1 - value);
}

/** Images turned around their middle, with bilinear interpolation and 0 outside. */
export function rotated(images: ArrayLike<number>, shape: ImageShape, degrees: number): Float32Array {
  const [height, width, channels] = shape;
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  const size = height * width * channels;
  return Float32Array.from({ length: images.length }, (_, i) => {
    const within = i % size;
    const channel = within % channels;
    const pixel = (within - channel) / channels;
    const [y, x] = [Math.floor(pixel / width) - middleRow, (pixel % width) - middleColumn];
    const [row, column] = [cosine * y + sine * x + middleRow, cosine * x - sine * y + middleColumn];
    const [top, left] = [Math.floor(row), Math.floor(column)];
    let sum = 0;
    for (const [r, c] of [
      [top, left],
      [top, left + 1],
      [top + 1, left],
      [top + 1, left + 1],
    ]) {
      if (r < 0 || c < 0 || r >= height || c >= width) continue;
      const value = images[i - within + (r * width + c) * channels + channel];
      sum += value * (1 - Math.abs(row - r)) * (1 - Math.abs(column - c));
    }
    return sum;
  });
}

/** Images blurred by a Gaussian with a standard deviation in pixels, with 0 outside. */
export function blurred(images: ArrayLike<number>, shape: ImageShape, deviation: number): Float32Array {
  const [height, width, channels] = shape;
  const reach = Math.ceil(3 * deviation);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const along = (from: ArrayLike<number>, step: number, length: number) =>
    Float32Array.from({ length: from.length }, (_, i) => {
      const place = Math.floor(i / step) % length;
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const at = place + k;
        if (at >= 0 && at < length) sum += weights[k + reach] * from[i + k * step];
      }
      return sum / total;
    });
  return along(along(images, channels, width), width * channels, height);
}
