import { signed, unsigned } from '@vardrop/wasm-kernels';
import type { SparseLayer } from './sparseLayers.js';

/** Where a layer's tables are in memory, in bytes. */
interface Tables {
  readonly counts: number;
  readonly indices: number;
  readonly values: number;
  readonly bias: number;
}

/** A module, and where its inputs and outputs are. */
export interface SparseModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Byte addresses in the exported memory. */
  readonly input: number;
  readonly output: number;
}

/**
 * A WebAssembly module without imports that holds the weights that are not 0, output by output: how many there are, the rows that they are
 * in, and their values. It exports `memory` and `run`, which reads the inputs at `input` and writes the outputs at `output`. Binary format
 * and opcodes follow the WebAssembly core specification 1.0.
 */
export function sparseModule(layers: readonly SparseLayer[]): SparseModule {
  const { data, tables } = storeTables(layers);
  const widest = Math.max(...layers.flatMap(({ inputs, outputs }) => [inputs, outputs]));
  const buffers = [aligned(data.length), aligned(data.length) + 4 * widest] as const;
  const pages = Math.ceil((buffers[1] + 4 * widest) / 65_536);
  const calls = layers.flatMap(({ outputs, slope }, i) => {
    const { counts, indices, values, bias } = tables[i];
    const addresses = [buffers[i % 2], buffers[(i + 1) % 2], counts, indices, values, bias, outputs];
    return [...addresses.flatMap(integer), 0x43, ...floatBytes(slope), 0x10, 0x00];
  });
  const i32 = 0x7f;
  const f32 = 0x7d;
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [
      [0x60, 8, i32, i32, i32, i32, i32, i32, i32, f32, 0],
      [0x60, 0, 0],
    ]),
    ...section(3, [[0], [1]]),
    ...section(5, [[0x00, ...unsigned(pages)]]),
    ...section(7, [
      [...text('memory'), 0x02, 0],
      [...text('run'), 0x00, 1],
    ]),
    ...section(10, [
      code(
        [
          [2, i32],
          [1, f32],
        ],
        layerCode,
      ),
      code([], calls),
    ]),
    ...section(11, [[0x00, ...integer(0), 0x0b, ...unsigned(data.length), ...data]]),
  ]);
  return { bytes, input: buffers[0], output: buffers[layers.length % 2] };
}

/** The tables of all layers, one after the other. */
function storeTables(layers: readonly SparseLayer[]): {
  readonly data: Uint8Array;
  readonly tables: readonly Tables[];
} {
  const parts: Uint8Array[] = [];
  let length = 0;
  const store = (values: Uint16Array | Float32Array): number => {
    const at = aligned(length);
    parts.push(new Uint8Array(at - length), new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    length = at + values.byteLength;
    return at;
  };
  const tables = layers.map(({ inputs, outputs, weights, bias }) => {
    const counts = new Uint16Array(outputs);
    const indices: number[] = [];
    const values: number[] = [];
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        const value = weights[input * outputs + output];
        if (value === 0) continue;
        counts[output] += 1;
        indices.push(input);
        values.push(value);
      }
    }
    return {
      counts: store(counts),
      indices: store(Uint16Array.from(indices)),
      values: store(Float32Array.from(values)),
      bias: store(bias),
    };
  });
  const data = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return { data, tables };
}

const aligned = (bytes: number) => Math.ceil(bytes / 4) * 4;

/** Locals of the function of a layer: its parameters, then its variables. */
const [x, y, counts, indices, values, bias, outputs, slope, left, index, sum] = Array.from({ length: 11 }, (_, i) => i);

/** An i32 constant. */
const integer = (value: number) => [0x41, ...signed(value)];

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const advance = (local: number, bytes: number) => [...get(local), ...integer(bytes), 0x6a, ...set(local)];
const loadFloat = [0x2a, 2, 0];
const loadShort = [0x2f, 1, 0];
const zero = [0x43, 0, 0, 0, 0];

/** For each output: bias, products of the weights that are not 0, rectifier. */
const layerCode = [
  // loop over the outputs
  ...[0x03, 0x40],
  ...[...get(bias), ...loadFloat, ...set(sum)],
  ...[...get(counts), ...loadShort, ...set(left)],
  // block, loop over the weights of one
  ...[0x02, 0x40, 0x03, 0x40],
  ...[...get(left), 0x45, 0x0d, 1],
  ...[...get(indices), ...loadShort, ...integer(2), 0x74, ...set(index)],
  ...[...get(sum), ...get(values), ...loadFloat, ...get(x), ...get(index), 0x6a, ...loadFloat, 0x94, 0x92, ...set(sum)],
  ...[...advance(values, 4), ...advance(indices, 2), ...advance(left, -1), 0x0c, 0, 0x0b, 0x0b],
  // y = max(sum, 0) + slope · min(sum, 0)
  ...[...get(y), ...get(sum), ...zero, 0x97, ...get(slope), ...get(sum), ...zero, 0x96, 0x94, 0x92, 0x38, 2, 0],
  ...[...advance(bias, 4), ...advance(counts, 2), ...advance(y, 4)],
  ...[...advance(outputs, -1), ...get(outputs), 0x0d, 0, 0x0b],
];

function code(locals: readonly (readonly [count: number, type: number])[], body: readonly number[]): number[] {
  const entry = [...unsigned(locals.length), ...locals.flat(), ...body, 0x0b];
  return [...unsigned(entry.length), ...entry];
}

function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = [...unsigned(items.length), ...concatenated(items)];
  return [id, ...unsigned(content.length), ...content];
}

/** Of long lists too, which a call cannot take as arguments. */
function concatenated(items: readonly (readonly number[])[]): number[] {
  const all: number[] = [];
  for (const item of items) for (const byte of item) all.push(byte);
  return all;
}

const text = (name: string) => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
const floatBytes = (value: number) => [...new Uint8Array(Float32Array.of(value).buffer)];
