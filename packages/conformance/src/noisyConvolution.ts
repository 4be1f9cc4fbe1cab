import { type Estimator, type NoiseModel, sequential } from '@vardrop/core';
import { createBuilder, type Program } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import type { LawContext } from './law.js';
import { run } from './run.js';

/** Images of three by four pixels and two channels, and two filters of two by three: four locations. */
export const sizes = { image: [3, 4, 2], filter: [2, 3], channels: 2, filters: 2, locations: 4 } as const;

const pattern = (count: number, step: number, scale: number) =>
  Array.from({ length: count }, (_, i) => (((i * step) % 13) - 6) * scale || scale / 2);

/** Two datapoints, `[height][width][channel]`. */
export const images = [pattern(24, 5, 0.25), pattern(24, 7, 0.2)] as const;

/** The filters `[height][width][channel][filter]`, and the logarithms of their variances. */
export const filters = pattern(24, 3, 0.2);
export const logVariances = pattern(24, 11, 0.3).map((value) => value - 1);
export const biases = [1.5, -0.75];

/** ρ of each channel. */
export const rhos = [-0.5, 0.75];

/** The pixels under a filter at a location, in the filter's order. */
export function patch(image: readonly number[], location: number): number[] {
  const [top, left] = [Math.floor(location / 2), location % 2];
  const [, width, channels] = sizes.image;
  const [high, wide] = sizes.filter;
  return Array.from({ length: high * wide * channels }, (_, i) => {
    const channel = i % channels;
    const column = Math.floor(i / channels) % wide;
    const row = Math.floor(i / channels / wide);
    return image[((top + row) * width + left + column) * channels + channel];
  });
}

/** A convolution under noise. */
export interface NoisyConvolution {
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
  /** How many copies of the filters and their parameters there are. Default: 1. */
  readonly copies?: number;
  /** Values of all parameters by name, for `sizes.filters` filters. Default: the values above. */
  readonly parameters?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Pre-activations `[rows, locations, filters × copies]` of each minibatch of images. All use the same noise, made from
 * `seed`. All minibatches have the same number of rows.
 */
export async function sampleConvolution(
  { backend, models }: Pick<LawContext, 'backend' | 'models'>,
  { noise, estimator, copies = 1, parameters }: NoisyConvolution,
  minibatches: readonly Float32Array[],
  seed: number,
): Promise<Float32Array[]> {
  const count = sizes.filters * copies;
  const model = sequential({
    input: sizes.image,
    layers: [models.conv2d({ filters: count, size: sizes.filter })],
    noise,
    estimator,
  });
  const b = createBuilder('convolution');
  const x = b.input('x', ['batch', ...sizes.image], 'iteration');
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', model.apply(b, x, values, 'sample'));
  const program = b.build();
  const given: NoisyConvolution['parameters'] = {
    weights: filters,
    bias: biases,
    logVariance: logVariances,
    rho: rhos,
    ...parameters,
  };
  const shared = Object.fromEntries(
    model.parameters.map(({ name, shape }) => {
      const own = given[name.split('/')[1]];
      const last = shape[shape.length - 1];
      if (last !== count) return [name, Float32Array.from(own)];
      const length = shape.reduce((product, n) => product * n, 1);
      const at = (i: number) => own[Math.floor(i / count) * sizes.filters + (i % sizes.filters)];
      return [name, Float32Array.from({ length }, (_, i) => at(i))];
    }),
  );
  const keys = keysOf(program, seed);
  const pixels = images[0].length;
  const results = await run(
    backend,
    program,
    shared,
    minibatches.map((each) => ({ inputs: { x: each }, keys })),
    minibatches[0].length / pixels,
  );
  return results.map(({ y }) => y);
}

/** One key for each stream. */
function keysOf(program: Program, seed: number) {
  const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
  return Object.fromEntries(names.map((name, i) => [name, { words: random.foldIn(random.key(seed), i) }]));
}
