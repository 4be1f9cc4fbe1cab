import type { ForwardMode } from '../../src/layers/forwardMode.js';
import type { BuiltLayer, Layer } from '../../src/layers/layer.js';
import type { LayerDefaults } from '../../src/layers/layerDefaults.js';
import type { Draw, LayerParameters } from '../../src/noise/noiseModel.js';
import { noNoise } from '../../src/noise/noNoise.js';
import { bindBatch } from '../../src/program/bindBatch.js';
import { type Builder, createBuilder, type Value } from '../../src/program/builder.js';
import { gradients } from '../../src/program/differentiate.js';
import { elementCount } from '../../src/program/shapes.js';
import { simplify } from '../../src/program/simplify.js';
import { foldIn, key, normal } from '../../src/random/index.js';
import { evaluate } from '../../src/reference/index.js';
import type { NoiseSource } from '../../src/reference/sources.js';
import { keyNames, noiseKeys } from '../../src/streams.js';

/** Values of a layer's inputs, row-major with the batch first, and of its parameters and carried values. */
export interface LayerValues {
  readonly inputs: readonly ArrayLike<number>[];
  readonly parameters: Readonly<Record<string, ArrayLike<number>>>;
  readonly carried?: Readonly<Record<string, ArrayLike<number>>>;
}

export interface LayerRun {
  readonly rows: number;
  readonly training?: boolean;
  /** Whether noise is drawn. Default: false. */
  readonly sample?: boolean;
  readonly seed?: number;
  readonly noise?: NoiseSource;
  /** With it the result has gradients of `Σ output · cotangent`. */
  readonly cotangent?: ArrayLike<number>;
}

/** A layer for inputs of these shapes, of one datapoint. */
export function buildLayer(
  layer: Pick<Layer, 'build'>,
  shapes: readonly (readonly number[])[],
  defaults: Partial<LayerDefaults> = {},
): BuiltLayer {
  return layer.build('layer', shapes, { noise: noNoise(), estimator: undefined, divergence: null, ...defaults });
}

/** What `apply` gives in float64: `output`, `next …` for carried values, `gradient …` for inputs (by index) and parameters. */
export function runLayer(
  built: BuiltLayer,
  values: LayerValues,
  { rows, training = false, sample = false, seed = 1, noise, cotangent }: LayerRun,
): Readonly<Record<string, Float64Array>> {
  const b = createBuilder('layer');
  const inputs = built.inputShapes.map((shape, i) => b.input(`x${i}`, ['batch', ...shape]));
  const parameters = valuesOf(b, 'p/', built.parameters);
  const mode: ForwardMode = {
    ...(sample && { draw: drawOnce(b) }),
    training,
    carried: valuesOf(b, 'c/', built.carried ?? []),
    carry: (name, next) => b.output(`next ${name}`, next),
  };
  const output = built.apply(b, inputs, parameters, mode);
  b.output('output', output);
  if (cotangent) {
    const loss = b.reduceSum(b.mul(output, b.input('cotangent', output.shape)));
    const names = [...inputs.map((_, i) => String(i)), ...Object.keys(parameters)];
    gradients(b, loss, [...inputs, ...Object.values(parameters)]).forEach((gradient, i) => {
      b.output(`gradient ${names[i]}`, gradient);
    });
  }
  const program = simplify(bindBatch(b.build(), rows));
  const needed = new Set(program.nodes.flatMap((node) => (node.op === 'input' ? [node.name] : [])));
  const all = {
    ...Object.fromEntries(values.inputs.map((x, i) => [`x${i}`, x])),
    ...prefixed('p/', values.parameters),
    ...prefixed('c/', values.carried ?? {}),
    ...(cotangent && { cotangent }),
  };
  return evaluate(program, {
    inputs: Object.fromEntries(Object.entries(all).filter(([name]) => needed.has(name))),
    keys: noiseKeys(keyNames(program), seed, 'training', 0),
    ...(noise && { noise }),
  });
}

/** Random values of every parameter, none of them at its initial value. */
export function randomParameters(built: BuiltLayer, seed: number): Readonly<Record<string, Float64Array>> {
  return Object.fromEntries(
    built.parameters.map(({ name, shape }, i) => [name, randomValues(seed, i, elementCount(shape))]),
  );
}

/** Standard normal numbers of a stream. */
export function randomValues(seed: number, stream: number, count: number): Float64Array {
  return Float64Array.from(normal(foldIn(key(seed), stream), count));
}

/** The largest difference of two arrays, as a share of the largest value. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [largest, error] = [Number.MIN_VALUE, 0];
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(a[i]), Math.abs(b[i]));
    const distance = Math.abs(a[i] - b[i]);
    error = Math.max(distance, error);
  }
  return error / largest;
}

/** A draw as a model has it: the same name gives the same noise. */
function drawOnce(b: Builder): Draw {
  const drawn = new Map<string, Value>();
  return (distribution, name, shape) => {
    const value = drawn.get(name) ?? b.noise(distribution, name, shape);
    drawn.set(name, value);
    return value;
  };
}

function valuesOf(b: Builder, prefix: string, all: BuiltLayer['parameters']): LayerParameters {
  return Object.fromEntries(all.map(({ name, shape }) => [name, b.input(`${prefix}${name}`, shape)]));
}

function prefixed(prefix: string, values: Readonly<Record<string, ArrayLike<number>>>) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
}
