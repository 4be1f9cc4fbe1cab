import type { TensorData } from '@vardrop/core';
import { elementCount } from '@vardrop/core/program';
import type { GraphBuilder, ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import { float16Bits } from './float16.js';

/** How weights are stored: in 32 bits; in 16; or in 8, as whole numbers times one scale for each unit. */
export const weightFormats = ['float32', 'float16', 'int8'] as const;

/** A name of {@link weightFormats}. */
export type WeightFormat = (typeof weightFormats)[number];

/** How tensors are stored in a file. */
export interface StorageOptions {
  /** Default: `float32`. */
  readonly weights?: WeightFormat;
  /** Whether numbers that are 0 are left out where that takes fewer bytes. Default: false. */
  readonly sparse?: boolean;
}

/** Bytes of a number that is stored, by format. */
const bytesOf: Readonly<Record<WeightFormat, number>> = { float32: 4, float16: 2, int8: 1 };

/** About the bytes of the nodes that put numbers in their places. */
const nodeBytes = 700;

/**
 * Stores a tensor under `name`, as a constant, or as what a runtime makes of smaller constants when it loads the file. Tensors of one axis,
 * such as biases, are always stored whole; in 8 bits are weights only, and other matrices in 16.
 */
export function storeTensor(
  graph: GraphBuilder,
  name: string,
  { shape, data }: TensorData,
  { weights = 'float32', sparse = false }: StorageOptions = {},
): ValueName {
  if (shape.length < 2) return graph.constant(data, shape, name);
  const isWeights = name === 'weights' || name.endsWith('/weights');
  const format = weights === 'int8' && !isWeights ? 'float16' : weights;
  const size = bytesOf[format];
  const parts = sparse ? withoutZeros(data, size) : undefined;
  const saves = parts && parts.bytes + nodeBytes < data.length * size;
  if (format === 'float32' && !saves) return graph.constant(data, shape, name);
  const { values, scale } = format === 'int8' ? quantized(data, shape) : { values: data, scale: undefined };
  const kept = saves ? Float32Array.from(parts.indices, (index) => (index < 0 ? 0 : values[index])) : values;
  const stored = asFloats(graph, name, kept, saves ? [kept.length] : shape, format);
  const whole = saves ? scattered(graph, name, stored, parts.gaps, shape) : stored;
  return scale === undefined
    ? graph.node('Identity', [whole], name)
    : graph.node('Mul', [whole, graph.constant(scale, [scale.length], `${name}/scale`)], name);
}

/** The numbers that are not 0. */
interface WithoutZeros {
  /** From each to the next, in 8 or 16 bits, whichever takes fewer bytes in all. */
  readonly gaps: Uint8Array | Uint16Array;
  /** Where they are in the tensor; −1 for a 0 between two that are too far apart. */
  readonly indices: readonly number[];
  /** Bytes in all, where one takes `size`. */
  readonly bytes: number;
}

function withoutZeros(data: ArrayLike<number>, size: number): WithoutZeros {
  const [near, far] = [Uint8Array, Uint16Array].map((type): WithoutZeros => {
    const { gaps, indices } = gapsOf(data, 2 ** (8 * type.BYTES_PER_ELEMENT) - 1);
    return { gaps: type.from(gaps), indices, bytes: indices.length * (size + type.BYTES_PER_ELEMENT) };
  });
  return near.bytes <= far.bytes ? near : far;
}

function gapsOf(data: ArrayLike<number>, largestGap: number) {
  const gaps: number[] = [];
  const indices: number[] = [];
  let last = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    for (; i - last > largestGap; last += largestGap) {
      gaps.push(largestGap);
      indices.push(-1);
    }
    gaps.push(i - last);
    indices.push(i);
    last = i;
  }
  return { gaps, indices };
}

/** Whole numbers from −127 to 127, and the scale of each unit, which is on the last axis. */
function quantized(data: ArrayLike<number>, shape: readonly number[]) {
  const units = shape[shape.length - 1];
  const largest = new Float32Array(units);
  for (let i = 0; i < data.length; i++) largest[i % units] = Math.max(largest[i % units], Math.abs(data[i]));
  const scale = largest.map((value) => (value > 0 ? value / 127 : 1));
  return {
    values: Float32Array.from({ length: data.length }, (_, i) => Math.round(data[i] / scale[i % units])),
    scale,
  };
}

/** Numbers in their format, as float32 for the graph. */
function asFloats(
  graph: GraphBuilder,
  name: string,
  values: Float32Array | ArrayLike<number>,
  shape: readonly number[],
  format: WeightFormat,
): ValueName {
  const own = `${name}/values`;
  switch (format) {
    case 'float32':
      return graph.constant(Float32Array.from(values), shape, own);
    case 'float16':
      return graph.node('Cast', [graph.raw('float16', float16Bits(values), shape, own)], `${name}/float`, {
        to: dataTypes.float,
      });
    case 'int8':
      return graph.node('Cast', [graph.raw('int8', Int8Array.from(values), shape, own)], `${name}/float`, {
        to: dataTypes.float,
      });
  }
}

/** Numbers at the places that their gaps say, among zeros. */
function scattered(
  graph: GraphBuilder,
  name: string,
  values: ValueName,
  gaps: WithoutZeros['gaps'],
  shape: readonly number[],
): ValueName {
  const stored = graph.raw(gaps.BYTES_PER_ELEMENT === 1 ? 'uint8' : 'uint16', gaps, [gaps.length], `${name}/gaps`);
  const wide = graph.node('Cast', [stored], `${name}/steps`, { to: dataTypes.int64 });
  const places = graph.node('CumSum', [wide, graph.integer(0)], `${name}/places`);
  const column = graph.node('Reshape', [places, graph.integers([gaps.length, 1])], `${name}/column`);
  const zeros = graph.node('ConstantOfShape', [graph.integers([elementCount(shape)])], `${name}/zeros`);
  const flat = graph.node('ScatterND', [zeros, column, values], `${name}/flat`);
  return graph.node('Reshape', [flat, graph.integers(shape)], `${name}/whole`);
}
