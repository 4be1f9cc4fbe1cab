import { bytesOf } from '@vardrop/core/backend';
import { type DataType, dataTypes, type TensorProto } from './schema.js';

/** Values that are stored in a graph. Each method returns the name of the value. */
export interface Store {
  /** Float32 values, row-major. Equal small ones are stored once, unless they are named. */
  constant(values: readonly number[] | Float32Array, shape: readonly number[], name?: string): string;
  /** A list of int64, as ONNX takes shapes and axes. */
  integers(values: readonly number[]): string;
  /** An int64 scalar. */
  integer(value: number): string;
  /** Uint32: a list, or a scalar. */
  words(values: number | readonly number[]): string;
  /** Truth values, row-major. */
  truths(values: readonly boolean[], shape: readonly number[]): string;
  /** Numbers of another type, as they are in memory. */
  raw(type: DataType, values: ArrayBufferView, shape: readonly number[], name: string): string;
  /** A uint64 scalar. */
  wide(value: number): string;
}

/** A store that adds to `tensors`; `unique` makes names unique. */
export function createStore(tensors: TensorProto[], unique: (name: string) => string): Store {
  const stored = new Map<string, string>();

  function store(type: DataType, data: Uint8Array, dims: readonly number[], name: string, merge = true): string {
    const key = merge && data.length <= 64 ? `${type} ${dims.join('x')} ${data.join()}` : undefined;
    const known = key === undefined ? undefined : stored.get(key);
    if (known !== undefined) return known;
    const made = unique(name);
    tensors.push({ name: made, dims: dims.map(BigInt), dataType: dataTypes[type], rawData: data });
    if (key !== undefined) stored.set(key, made);
    return made;
  }

  return {
    constant(values, shape, name) {
      const floats = Float32Array.from(values);
      const described = floats.length === 1 ? `constant ${floats[0]}` : `constant [${shape}]`;
      return store('float', bytesOf(floats), shape, name ?? described, name === undefined);
    },
    integers: (values) =>
      store('int64', bytesOf(BigInt64Array.from(values, BigInt)), [values.length], `integers [${values}]`),
    integer: (value) => store('int64', bytesOf(BigInt64Array.of(BigInt(value))), [], `integer ${value}`),
    raw: (type, values, shape, name) => store(type, bytesOf(values), shape, name, false),
    wide: (value) => store('uint64', bytesOf(BigUint64Array.of(BigInt(value))), [], `integer ${value}`),
    truths: (values, shape) => store('bool', Uint8Array.from(values, Number), shape, `truths [${shape}]`),
    words: (values) =>
      typeof values === 'number'
        ? store('uint32', bytesOf(Uint32Array.of(values)), [], `word ${values >>> 0}`)
        : store('uint32', bytesOf(Uint32Array.from(values)), [values.length], 'words'),
  };
}
