import * as random from '@vardrop/core/random';

const side = 28;
const pixels = side * side;

/** As many images of uniform noise. @param {Float32Array} images */
export const noiseLike = (images) => Float32Array.from(random.uniform(random.key(99), images.length));

/** White on black instead of black on white. @param {Float32Array} images */
export const inverted = (images) => images.map((value) => 1 - value);

/** Images turned around their middle, with bilinear interpolation and 0 outside. @param {Float32Array} images @param {number} degrees */
export function rotated(images, degrees) {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const middle = (side - 1) / 2;
  return images.map((_, i) => {
    const image = i - (i % pixels);
    const [y, x] = [Math.floor((i % pixels) / side) - middle, (i % side) - middle];
    const [row, column] = [cosine * y + sine * x + middle, cosine * x - sine * y + middle];
    const [top, left] = [Math.floor(row), Math.floor(column)];
    let sum = 0;
    for (const [r, c] of [
      [top, left],
      [top, left + 1],
      [top + 1, left],
      [top + 1, left + 1],
    ]) {
      if (r < 0 || c < 0 || r >= side || c >= side) continue;
      sum += images[image + r * side + c] * (1 - Math.abs(row - r)) * (1 - Math.abs(column - c));
    }
    return sum;
  });
}

/** Images blurred by a Gaussian, with 0 outside. @param {Float32Array} images @param {number} deviation in pixels */
export function blurred(images, deviation) {
  const reach = Math.ceil(3 * deviation);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  /** @param {Float32Array} from @param {number} step @param {(i: number) => number} place */
  const along = (from, step, place) =>
    from.map((_, i) => {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const at = place(i) + k;
        if (at >= 0 && at < side) sum += weights[k + reach] * from[i + k * step];
      }
      return sum / total;
    });
  return along(
    along(images, 1, (i) => i % side),
    side,
    (i) => Math.floor((i % pixels) / side),
  );
}
