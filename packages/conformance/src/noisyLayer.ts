import { type Estimator, type NoiseModel, sequential } from '@vardrop/core';
import { createBuilder, type Program } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import type { LawContext } from './law.js';
import { biases, units } from './noiseExpectations.js';
import { run } from './run.js';

/** A dense layer under noise, and the values of its parameters. */
export interface NoisyLayer {
  readonly model: NoiseModel;
  readonly estimator: Estimator;
  /** Values by name of all parameters except the bias, for `units.outputs` outputs. The bias is `biases`. */
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  /** How many copies of the outputs and their parameters there are. Default: 1. */
  readonly copies?: number;
}

/** Values whose last axis has one entry per output, with that axis repeated. */
function repeat(values: readonly number[], shape: readonly number[], copies: number): Float32Array {
  const perOutput = shape[shape.length - 1] === units.outputs * copies;
  if (!perOutput || copies === 1) return Float32Array.from(values);
  const repeated = new Float32Array(values.length * copies);
  const width = units.outputs * copies;
  for (let i = 0; i < repeated.length; i++) {
    repeated[i] = values[Math.floor(i / width) * units.outputs + (i % units.outputs)];
  }
  return repeated;
}

/**
 * Pre-activations `[rows, outputs × copies]` of the layer on `x` `[rows, in]`. Each of the layer's streams has a noise
 * key made from `seed`.
 */
export async function sampleLayer(
  { backend, models }: Pick<LawContext, 'backend' | 'models'>,
  layer: NoisyLayer,
  x: Float32Array,
  seed: number,
  mode: 'mean' | 'sample' = 'sample',
): Promise<Float32Array> {
  const { model: noise, estimator, copies = 1 } = layer;
  const model = sequential({
    input: [units.inputs],
    layers: [models.dense({ units: units.outputs * copies })],
    noise,
    estimator,
  });
  const b = createBuilder('layer');
  const input = b.input('x', ['batch', units.inputs], 'iteration');
  const values = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, b.input(name, shape)]));
  b.output('y', model.apply(b, input, values, mode));
  const program = b.build();
  const given: NoisyLayer['parameters'] = { bias: biases, ...layer.parameters };
  const shared = Object.fromEntries(
    model.parameters.map(({ name, shape }) => [name, repeat(given[name.split('/')[1]], shape, copies)]),
  );
  const [{ y }] = await run(
    backend,
    program,
    shared,
    [{ inputs: { x }, keys: keysFor(program, seed) }],
    x.length / units.inputs,
  );
  return y;
}

/** One key for each stream. In two programs, streams at the same position get the same key. */
function keysFor(program: Program, seed: number) {
  const names = program.nodes.flatMap((node) => (node.op === 'noise' ? [node.key] : []));
  return Object.fromEntries(names.map((name, i) => [name, { words: random.foldIn(random.key(seed), i) }]));
}

/** Rows that are all equal. */
export function rowsOf(row: readonly number[], rows: number): Float32Array {
  const values = new Float32Array(rows * row.length);
  for (let i = 0; i < values.length; i++) values[i] = row[i % row.length];
  return values;
}

/** Every `step`-th number from `first` on. */
export function every(values: Float32Array, first: number, step: number): Float32Array {
  const found = new Float32Array(Math.ceil((values.length - first) / step));
  for (let i = 0; i < found.length; i++) found[i] = values[first + i * step];
  return found;
}
