import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alphaOfRate,
  bernoulli,
  bernoulliLearned,
  bind,
  conv2d,
  createBuilder,
  dense,
  elementCount,
  evaluate,
  flipout,
  gaussianDropout,
  local,
  meanField,
  type NoiseModel,
  random,
  separate,
  sequential,
  single,
  sparseVariational,
  variationalDropout,
} from '../../src/index.js';

/** A layer as a convolution: a dense one has one cell and a 1 × 1 filter. */
interface Geometry {
  readonly image: readonly [height: number, width: number, channels: number];
  readonly filter: readonly [height: number, width: number, channels: number, filters: number];
  readonly strides: readonly [number, number];
  readonly padding: 'same' | 'valid';
}

/** One image's convolution, as loops. */
function convolve({ image, filter, strides, padding }: Geometry, x: Float64Array, weights: Float64Array): number[] {
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

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const relaxedFactor = (rho: number, u: number, temperature: number) =>
  sigmoid(-(rho + Math.log((u + 2 ** -24) / (1 - u - 2 ** -24))) / temperature) * (1 + Math.exp(rho));

type Noises = Readonly<
  Record<
    string,
    {
      readonly model: NoiseModel;
      /** Deviation of a weight from its mean and its own parameter. */
      readonly deviation?: (mean: number, own: number) => number;
      /** The factor of an input, or of a weight, from a random number and its own parameter. */
      readonly factor?: (drawn: number, own: number) => number;
    }
  >
>;

const alpha = alphaOfRate(0.3);
const noises: Noises = {
  'gaussian B': { model: gaussianDropout({ type: 'B', rate: 0.3 }), deviation: (mean) => Math.sqrt(alpha) * mean },
  sparse: { model: sparseVariational(), deviation: (_, own) => Math.exp(own / 2) },
  'mean field': { model: meanField(), deviation: (_, own) => Math.exp(own / 2) },
  ...Object.fromEntries(
    (['network', 'layer', 'input', 'output', 'weight'] as const).map((each) => [
      `variational B, ${each}`,
      {
        model: variationalDropout({ type: 'B', alpha: each }),
        deviation: (mean: number, own: number) => Math.sqrt(sigmoid(own)) * mean,
      },
    ]),
  ),
  'learned, weight': {
    model: bernoulliLearned({ rates: 'weight', temperature: 0.3 }),
    factor: (u, own) => relaxedFactor(own, u, 0.3),
  },
  bernoulli: { model: bernoulli({ rate: 0.3 }), factor: (u) => (u < 0.3 ? 0 : 1 / 0.7) },
  'gaussian A': { model: gaussianDropout({ type: 'A', rate: 0.3 }), factor: (z) => 1 + Math.sqrt(alpha) * z },
  ...Object.fromEntries(
    (['network', 'layer', 'input'] as const).map((each) => [
      `variational A, ${each}`,
      {
        model: variationalDropout({ type: 'A', alpha: each }),
        factor: (z: number, own: number) => 1 + Math.sqrt(sigmoid(own)) * z,
      },
    ]),
  ),
  ...Object.fromEntries(
    (['layer', 'input'] as const).map((each) => [
      `learned, ${each}`,
      {
        model: bernoulliLearned({ rates: each, temperature: 0.3 }),
        factor: (u: number, own: number) => relaxedFactor(own, u, 0.3),
      },
    ]),
  ),
};

const small = fc.integer({ min: 1, max: 3 });
const geometries = fc.record({
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

describe.each(Object.entries(noises))('%s', (_, { model: noise, deviation, factor }) => {
  // The local form of factors of weights matches moments only; the test of moments holds it to those.
  const momentsOnly = factor !== undefined && noise.acts === 'weights';
  const estimators = [...(momentsOnly ? [] : [local()]), separate(), single(), flipout()].filter(
    (each) => each.refuses(noise) === undefined,
  );
  it.each(estimators.map((each) => [each.name, each] as const))(
    'is what loops make of the same noise: %s',
    (name, estimator) => {
      fc.assert(
        fc.property(geometries, (given) => {
          const { channels, filters, rows, bias, seed, strides, padding } = given;
          const geometry: Geometry = given.dense
            ? { image: [1, 1, channels], filter: [1, 1, channels, filters], strides: [1, 1], padding: 'valid' }
            : {
                image: [given.height, given.width, channels],
                filter: [...given.size, channels, filters],
                strides,
                padding,
              };
          const layer = given.dense
            ? dense({ name: 'layer', units: filters, bias })
            : conv2d({ name: 'layer', filters, size: given.size, strides, padding, bias });
          const model = sequential({
            input: given.dense ? [channels] : geometry.image,
            noise,
            estimator,
            divergence: null,
            layers: [layer],
          });
          const values = Object.fromEntries(
            model.parameters.map(({ name: full, shape }, i) => [
              full.split('/')[1],
              {
                shape,
                data: Float64Array.from(random.normal(random.foldIn(random.key(seed), i), elementCount(shape))),
              },
            ]),
          );
          const x = Float64Array.from(random.normal(random.key(seed + 1), rows * elementCount(geometry.image)));

          const b = createBuilder('forward');
          const inputs = Object.fromEntries(
            model.parameters.map((each) => [each.name, b.input(each.name, each.shape)]),
          );
          b.output('y', model.apply(b, b.input('x', ['batch', ...model.inputShape]), inputs, 'sample'));
          const program = bind(b.build(), rows);
          const drawn: Record<string, { shape: readonly number[]; data: Float64Array }> = {};
          const nodes = program.nodes.flatMap((node) => (node.op === 'noise' ? [node] : []));
          const { y } = evaluate(program, {
            inputs: {
              x,
              ...Object.fromEntries(model.parameters.map((each) => [each.name, values[each.name.split('/')[1]].data])),
            },
            keys: Object.fromEntries(nodes.map(({ key }, i) => [key, { words: [i, 0] as const }])),
            noise: (_distribution, [index], out) => {
              const { key, shape, distribution } = nodes[index];
              const data = Float64Array.from(
                random[distribution](random.foldIn(random.key(seed + 2), index), out.length),
              );
              drawn[key.split('/')[1]] = { shape: shape as readonly number[], data };
              out.set(data);
            },
          });

          const theta = values.weights.data;
          const ownShape = (values.rho ?? values.logVariance)?.shape ?? [];
          const own = (i: number) => {
            const data = (values.rho ?? values.logVariance)?.data;
            if (!data) return Number.NaN;
            const [inputLength, outputLength] = ownShape.slice(-2);
            if (data.length === 1) return data[0];
            if (data.length === theta.length) return data[i];
            if (inputLength === channels && outputLength === 1) return data[Math.floor(i / filters) % channels];
            return data[i % filters];
          };
          const noiseOf = (key: string, shape: readonly number[]) => {
            expect(elementCount(drawn[key].shape), `${key} [${drawn[key].shape}]`).toBe(elementCount(shape));
            return drawn[key].data;
          };
          const pixels = elementCount(geometry.image);
          const each = Array.from({ length: rows }, (_row, m) => x.subarray(m * pixels, (m + 1) * pixels));
          const expected = each.flatMap((image, m) => {
            const sums = (): number[] => {
              if (noise.acts === 'inputs') {
                const shared = name === 'single';
                const factors = noiseOf(drawn.mask ? 'mask' : 'scale', [shared ? 1 : rows, channels]);
                const scaled = image.map((a, i) => {
                  const c = i % channels;
                  return a * factor!(factors[(shared ? 0 : m * channels) + c], own(c * filters));
                });
                return convolve(geometry, scaled, theta);
              }
              const sigma = deviation && theta.map((mean, i) => deviation(mean, own(i)));
              if (name === 'local') {
                const gamma = convolve(geometry, image, theta);
                const delta = convolve(
                  geometry,
                  image.map((a) => a * a),
                  sigma!.map((s) => s * s),
                );
                const zeta = noiseOf('zeta', [rows, gamma.length]);
                return gamma.map((mean, i) => mean + Math.sqrt(delta[i]) * zeta[m * gamma.length + i]);
              }
              if (name === 'flipout') {
                const epsilon = noiseOf('weights', [theta.length]);
                const [s, r] = [noiseOf('inputSigns', [rows, channels]), noiseOf('outputSigns', [rows, filters])];
                const sign = (u: number) => (u < 0.5 ? 1 : -1);
                const turned = image.map((a, i) => a * sign(s[m * channels + (i % channels)]));
                const moved = convolve(
                  geometry,
                  turned,
                  sigma!.map((value, i) => value * epsilon[i]),
                );
                return convolve(geometry, image, theta).map(
                  (mean, i) => mean + moved[i] * sign(r[m * filters + (i % filters)]),
                );
              }
              const shared = name === 'single';
              const epsilon = noiseOf(factor ? 'mask' : 'weights', [shared ? 1 : rows, theta.length]);
              const sampled = theta.map((mean, i) => {
                const one = epsilon[(shared ? 0 : m * theta.length) + i];
                return factor ? mean * factor(one, own(i)) : mean + sigma![i] * one;
              });
              return convolve(geometry, image, sampled);
            };
            return sums().map((value, i) => value + (bias ? values.bias.data[i % filters] : 0));
          });
          expect(y.length).toBe(expected.length);
          expected.forEach((value, i) => {
            // A few dozen roundings of numbers of order 1 to 100, of which the root may take the half of the digits at 0.
            expect(Math.abs(y[i] - value)).toBeLessThan(1e-9);
          });
        }),
        { numRuns: 12, seed: 1 },
      );
    },
  );
});
