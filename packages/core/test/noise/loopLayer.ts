import fc from 'fast-check';
import { conv2d, dense, type Estimator, type Model, type NoiseModel, sequential } from '../../src/index.js';
import { elementCount } from '../../src/program/index.js';
import * as random from '../../src/random/index.js';

/** A layer as a convolution: a dense one has one cell and a 1 × 1 filter. */
export interface Geometry {
  readonly image: readonly [height: number, width: number, channels: number];
  readonly filter: readonly [height: number, width: number, channels: number, filters: number];
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

/** One image's convolution, as loops. */
export function convolve(
  { image, filter, strides, padding }: Geometry,
  x: Float64Array,
  weights: Float64Array,
): number[] {
  const [height, width, channels] = image;
  const [fh, fw, , filters] = filter;
  const length = (n: number, f: number, s: number) =>
    padding === 'same' ? Math.ceil(n / s) : Math.floor((n - f) / s) + 1;
  const before = (n: number, f: number, s: number) =>
    padding === 'same' ? Math.floor(Math.max(0, (Math.ceil(n / s) - 1) * s + f - n) / 2) : 0;
  const [top, left] = [before(height, fh, strides[0]), before(width, fw, strides[1])];
  const result: number[] = [];
  for (let row = 0; row < length(height, fh, strides[0]); row++) {
    for (let column = 0; column < length(width, fw, strides[1]); column++) {
      for (let f = 0; f < filters; f++) {
        let sum = 0;
        for (let i = 0; i < fh; i++) {
          for (let j = 0; j < fw; j++) {
            const [y, z] = [row * strides[0] + i - top, column * strides[1] + j - left];
            if (y < 0 || y >= height || z < 0 || z >= width) continue;
            for (let c = 0; c < channels; c++) {
              sum += x[(y * width + z) * channels + c] * weights[((i * fw + j) * channels + c) * filters + f];
            }
          }
        }
        result.push(sum);
      }
    }
  }
  return result;
}

const small = fc.integer({ min: 1, max: 3 });
/** Shapes, and what is random of a fixture. */
export const geometries = fc.record({
  dense: fc.boolean(),
  height: fc.integer({ min: 3, max: 5 }),
  width: fc.integer({ min: 3, max: 5 }),
  channels: small,
  filters: small,
  size: fc.tuple(small, small),
  strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  padding: fc.constantFrom('same' as const, 'valid' as const),
  bias: fc.boolean(),
  rows: small,
  seed: fc.nat(1e6),
});

/** What `geometries` draws. */
export type Drawn = typeof geometries extends fc.Arbitrary<infer T> ? T : never;

/** A network of one layer with values of its parameters, and inputs row by row. */
export interface Fixture {
  readonly geometry: Geometry;
  readonly model: Model;
  /** Values by the parameters' full names. */
  readonly parameters: Readonly<Record<string, Float64Array>>;
  readonly weights: Float64Array;
  readonly bias: (output: number) => number;
  /** The noise's own parameter that belongs to a weight, NaN without one. */
  readonly own: (weight: number) => number;
  readonly rows: readonly Float64Array[];
}

export function fixture(given: Drawn, noise: NoiseModel, estimator: Estimator): Fixture {
  const { channels, filters, bias, seed, strides, padding, size } = given;
  const geometry: Geometry = given.dense
    ? { image: [1, 1, channels], filter: [1, 1, channels, filters], strides: [1, 1], padding: 'valid' }
    : { image: [given.height, given.width, channels], filter: [...size, channels, filters], strides, padding };
  const layer = given.dense
    ? dense({ name: 'layer', units: filters, bias })
    : conv2d({ name: 'layer', filters, size, strides, padding, bias });
  const model = sequential({
    input: given.dense ? [channels] : geometry.image,
    noise,
    estimator,
    divergence: null,
    layers: [layer],
  });
  const normals = (stream: number, count: number) =>
    Float64Array.from(random.normal(random.foldIn(random.key(seed), stream), count));
  const parameters = Object.fromEntries(
    model.parameters.map(({ name, shape }, i) => [name, normals(i, elementCount(shape))]),
  );
  const specification = model.parameters.find(({ name }) => /rho|logVariance/.test(name));
  const values = specification ? parameters[specification.name] : Float64Array.of(Number.NaN);
  const [inputLength, outputLength] = specification?.shape.slice(-2) ?? [];
  const weights = parameters['layer/weights'];
  const pixels = elementCount(geometry.image);
  return {
    geometry,
    model,
    parameters,
    weights,
    bias: (output) => (bias ? parameters['layer/bias'][output % filters] : 0),
    own(weight) {
      if (values.length === 1) return values[0];
      if (values.length === weights.length) return values[weight];
      if (inputLength === channels && outputLength === 1) return values[Math.floor(weight / filters) % channels];
      return values[weight % filters];
    },
    rows: Array.from({ length: given.rows }, (_, row) => normals(100 + row, pixels)),
  };
}
