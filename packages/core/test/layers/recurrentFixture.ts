import fc from 'fast-check';
import { type GruOptions, gru, input, type Layer, lstm, type Model, model, simpleRnn } from '../../src/index.js';
import { bindBatch, createBuilder, elementCount, simplify } from '../../src/program/index.js';
import * as random from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';

/** What recurrent layers have in common, by which tests make them. */
export type CommonOptions = Pick<
  GruOptions,
  'units' | 'returns' | 'reverse' | 'noise' | 'estimator' | 'divergence' | 'bias'
>;

/** Every kind of recurrent layer, under the name `layer`. */
export const kinds: Readonly<Record<string, (options: CommonOptions) => Layer>> = {
  simpleRnn: (options) => simpleRnn({ name: 'layer', ...options }),
  lstm: (options) => lstm({ name: 'layer', ...options }),
  'gru, reset after': (options) => gru({ name: 'layer', ...options }),
  'gru, reset before': (options) => gru({ name: 'layer', resetAfter: false, ...options }),
};

/** Sizes of sequences and layers, none of them equal. */
export const sizes = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    steps: fc.integer({ min: 1, max: 5 }),
    features: fc.integer({ min: 1, max: 4 }),
    units: fc.integer({ min: 2, max: 5 }),
    seed: fc.nat(1e6),
  })
  .filter(({ features, units }) => features !== units);

/** Random values of a stream, in float64. */
export function normals(seed: number, stream: number, count: number): Float64Array {
  return Float64Array.from(random.normal(random.foldIn(random.key(seed), stream), count));
}

/** A model of one layer on sequences, with a second input `extent` if it has a shape. */
export function over(layer: Layer, steps: number, features: number, extent?: readonly number[]): Model {
  const x = input({ shape: [steps, features], name: 'x' });
  if (extent === undefined) return model({ inputs: x, outputs: layer(x) });
  const counted = input({ shape: extent, name: 'extent' });
  return model({ inputs: [x, counted], outputs: layer(x, counted) });
}

/** Random values for all parameters of a model. */
export function valuesOf({ parameters }: Model, seed: number): Record<string, Float64Array> {
  return Object.fromEntries(
    parameters.map(({ name, shape }, i) => [name, normals(seed, i, elementCount(shape)).map((v) => 0.7 * v)]),
  );
}

/** Noise as it was drawn, by the name of its stream within the layer. */
export type DrawnNoise = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float64Array }>>;

/** Outputs in float64, row by row, and the noise that the layer asked for (none in the mode `mean`). */
export function run(
  network: Model,
  given: Readonly<Record<string, ArrayLike<number>>>,
  parameters: Readonly<Record<string, ArrayLike<number>>>,
  { batch, mode = 'mean', seed = 1 }: { batch: number; mode?: 'mean' | 'sample'; seed?: number },
): { readonly rows: readonly (readonly number[])[]; readonly drawn: DrawnNoise } {
  const b = createBuilder('recurrent');
  const xs = Object.fromEntries(network.inputs.map(({ name, shape }) => [name, b.input(name, ['batch', ...shape])]));
  const values = Object.fromEntries(network.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', network.forward(b, xs, values, mode).outputs.output);
  const program = simplify(bindBatch(b.build(), batch));
  const names = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const nodes = program.nodes.flatMap((node) => (node.op === 'noise' ? [node] : []));
  const drawn: Record<string, DrawnNoise[string]> = {};
  const { y } = evaluate(program, {
    inputs: Object.fromEntries(Object.entries({ ...given, ...parameters }).filter(([name]) => names.has(name))),
    keys: Object.fromEntries(nodes.map(({ key }, i) => [key, { words: [i, 0] as const }])),
    noise: (_, [index], out) => {
      const { key, shape, distribution } = nodes[index];
      const stream = random.foldIn(random.key(seed), index);
      out.set((distribution === 'normal' ? random.normal : random.uniform)(stream, out.length));
      drawn[key.slice('layer/'.length)] = { shape: shape as readonly number[], data: Float64Array.from(out) };
    },
  });
  const count = elementCount(network.outputShape);
  return { rows: Array.from({ length: batch }, (_, m) => Array.from(y.subarray(m * count, (m + 1) * count))), drawn };
}

/** Float64 sums in another order: a few dozen roundings of numbers of order 1. */
export const digits = 12;
