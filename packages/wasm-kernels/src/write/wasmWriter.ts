/**
 * A small writer of WebAssembly modules: functions of i32 parameters without results, over one imported memory. This is
 * enough for loops of SIMD arithmetic. Binary format and opcodes follow the WebAssembly core specification 2.0.
 */

import { signed, unsigned } from './leb128.js';

/** Index of a local variable of a function. */
export type Local = number;

const i32Type = 0x7f;
const v128Type = 0x7b;

/** Opcodes of one byte. */
const plain = {
  else: 0x05,
  end: 0x0b,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32DivU: 0x6e,
  i32RemU: 0x70,
  i32Eqz: 0x45,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtS: 0x4a,
  i32GtU: 0x4b,
  select: 0x1b,
  f32Eq: 0x5b,
  f32Add: 0x92,
  f32Div: 0x95,
  f32FromInteger: 0xb2,
  f32Max: 0x97,
} as const;

/** Opcodes after the prefix 0xfd that take no immediate. */
export const simd = {
  swizzle: 0x0e,
  i32x4Splat: 0x11,
  f32x4Splat: 0x13,
  i32x4Eq: 0x37,
  f32x4Eq: 0x41,
  f32x4Ne: 0x42,
  f32x4Lt: 0x43,
  f32x4Gt: 0x44,
  i32x4GtS: 0x3b,
  i32x4LtU: 0x3a,
  and: 0x4e,
  andNot: 0x4f,
  or: 0x50,
  xor: 0x51,
  anyTrue: 0x53,
  bitselect: 0x52,
  shl: 0xab,
  shrS: 0xac,
  shrU: 0xad,
  i32x4Add: 0xae,
  i32x4Sub: 0xb1,
  floor: 0x68,
  nearest: 0x6a,
  abs: 0xe0,
  neg: 0xe1,
  sqrt: 0xe3,
  add: 0xe4,
  sub: 0xe5,
  mul: 0xe6,
  div: 0xe7,
  min: 0xe8,
  max: 0xe9,
  pmin: 0xea,
  pmax: 0xeb,
  convert: 0xfa,
} as const;

/** `a · b + c` of relaxed SIMD (WebAssembly 3.0): the engine rounds once, where the processor does, or twice. */
const relaxedMultiplyAdd = 0x105;

const vectorCode = (opcode: number) => [0xfd, ...unsigned(opcode)];

/** A function being written: instructions of a stack machine, in order. */
export interface FunctionWriter {
  /** A new variable. */
  i32(): Local;
  v128(): Local;
  get(local: Local): void;
  set(local: Local): void;
  tee(local: Local): void;
  integer(value: number): void;
  /** Pushes a vector with four times the same float32. */
  floats(value: number): void;
  /** Pushes a vector of four int32. */
  integers(values: readonly [number, number, number, number]): void;
  plain(opcode: keyof typeof plain): void;
  simd(opcode: keyof typeof simd): void;
  /** Pops two vectors and adds their product to a variable: with one rounding or two, as the module decides. */
  addProduct(sum: Local): void;
  /** Pops an address, pushes the four floats at the address plus `offset` bytes. */
  load(offset?: number): void;
  /** Pops an address, pushes a vector with four times the float at the address plus `offset` bytes. */
  loadSplat(offset?: number): void;
  /** Pops an address and a vector, pushes the vector with one lane read from the address plus `offset` bytes. */
  loadLane(lane: number, offset?: number): void;
  /** Pops an address and a vector, writes the vector to the address plus `offset` bytes. */
  store(offset?: number): void;
  /** Pops an address and a vector, writes one lane to the address plus `offset` bytes. */
  storeLane(lane: number, offset?: number): void;
  /** Pops a vector, pushes one of its floats. */
  lane(lane: number): void;
  /** Pops an address, pushes the float at the address plus `offset` bytes. */
  loadFloat(offset?: number): void;
  /** Pops an address and a float, writes the float to the address plus `offset` bytes. */
  storeFloat(offset?: number): void;
  /** Pops a float, pushes its whole part. NaN gives 0; a float outside of i32 gives the nearest i32. */
  truncate(): void;
  /**
   * Runs `body` with `counter` = 0, step, 2 · step, … while it is below `limit`. Runs at least once if `limit` is a
   * constant, or if there is a `start` in place of 0.
   */
  loop(
    counter: Local,
    limit: Local | { readonly constant: number },
    step: number,
    body: () => void,
    start?: Local,
  ): void;
  /**
   * Runs `turn` until it pushes 0. It is written `copies` times in a row with a branch after each, so that V8, which moves
   * all loads of straight code to its beginning, has registers enough for it.
   */
  turns(copies: number, turn: () => void): void;
  /** Pops an i32; runs `body` if it is not 0. */
  when(body: () => void): void;
  /** The finished code entry of the module. `fused`: products are added by relaxed SIMD's multiply-add. */
  code(fused?: boolean): number[];
  /** The number of its parameters: the addresses, `first` and `end`. */
  readonly parameters: number;
  /** The first task that it runs. */
  readonly first: Local;
  /** The task after the last one that it runs. */
  readonly end: Local;
}

/**
 * Starts a function that takes addresses and a range of tasks (see `Phase`), all i32. The addresses are its first locals.
 */
export function createFunction(addresses: number): FunctionWriter {
  const parameters = addresses + 2;
  const body: number[] = [];
  const locals: number[] = [];
  /** Where products are added to which variable. */
  const products: { readonly at: number; readonly sum: Local }[] = [];
  const scratch = new DataView(new ArrayBuffer(4));
  const declare = (type: number) => {
    locals.push(type);
    return parameters + locals.length - 1;
  };
  const vector = (opcode: number, ...immediate: number[]) => void body.push(...vectorCode(opcode), ...immediate);
  /** The alignment hint 2² bytes, and the offset. */
  const memory = (offset: number) => [2, ...unsigned(offset)];

  const writer: FunctionWriter = {
    parameters,
    first: addresses,
    end: addresses + 1,
    i32: () => declare(i32Type),
    v128: () => declare(v128Type),
    get: (local) => void body.push(0x20, ...unsigned(local)),
    set: (local) => void body.push(0x21, ...unsigned(local)),
    tee: (local) => void body.push(0x22, ...unsigned(local)),
    integer: (value) => void body.push(0x41, ...signed(value)),
    floats(value) {
      scratch.setFloat32(0, value, true);
      const bits = scratch.getInt32(0, true);
      writer.integers([bits, bits, bits, bits]);
    },
    integers(values) {
      const bytes = values.flatMap((value) => {
        scratch.setInt32(0, value, true);
        return [0, 1, 2, 3].map((i) => scratch.getUint8(i));
      });
      vector(0x0c, ...bytes);
    },
    plain: (opcode) => void body.push(plain[opcode]),
    simd: (opcode) => vector(simd[opcode]),
    addProduct: (sum) => void products.push({ at: body.length, sum }),
    load: (offset = 0) => vector(0x00, ...memory(offset)),
    loadSplat: (offset = 0) => vector(0x09, ...memory(offset)),
    loadLane: (lane, offset = 0) => vector(0x56, ...memory(offset), lane),
    store: (offset = 0) => vector(0x0b, ...memory(offset)),
    storeLane: (lane, offset = 0) => vector(0x5a, ...memory(offset), lane),
    lane: (lane) => vector(0x1f, lane),
    loadFloat: (offset = 0) => void body.push(0x2a, ...memory(offset)),
    storeFloat: (offset = 0) => void body.push(0x38, ...memory(offset)),
    truncate: () => void body.push(0xfc, 0x00),
    loop: (...given) => pushLoop(writer, body, ...given),
    turns: (...given) => pushTurns(writer, body, ...given),
    when(inside) {
      body.push(0x04, 0x40);
      inside();
      writer.plain('end');
    },
    code(fused = false) {
      const entry = [...unsigned(locals.length), ...locals.flatMap((type) => [1, type])];
      let done = 0;
      const copyTo = (end: number) => {
        for (; done < end; done++) entry.push(body[done]);
      };
      for (const { at, sum } of products) {
        copyTo(at);
        const read = [0x20, ...unsigned(sum)];
        entry.push(
          ...(fused
            ? [...read, ...vectorCode(relaxedMultiplyAdd)]
            : [...vectorCode(simd.mul), ...read, ...vectorCode(simd.add)]),
        );
        entry.push(0x21, ...unsigned(sum));
      }
      copyTo(body.length);
      entry.push(plain.end);
      return [...unsigned(entry.length), ...entry];
    },
  };
  return writer;
}

/** See `FunctionWriter.loop`. */
function pushLoop(
  writer: FunctionWriter,
  body: number[],
  ...[counter, limit, step, inside, start]: Parameters<FunctionWriter['loop']>
): void {
  const pushLimit = () => (typeof limit === 'number' ? writer.get(limit) : writer.integer(limit.constant));
  const guarded = typeof limit === 'number' && start === undefined;
  start === undefined ? writer.integer(0) : writer.get(start);
  writer.set(counter);
  if (guarded) {
    writer.get(limit);
    body.push(0x04, 0x40); // if
  }
  body.push(0x03, 0x40); // loop
  inside();
  writer.get(counter);
  writer.integer(step);
  writer.plain('i32Add');
  writer.tee(counter);
  pushLimit();
  writer.plain('i32LtU');
  body.push(0x0d, 0x00); // br_if
  writer.plain('end');
  if (guarded) writer.plain('end');
}

/** See `FunctionWriter.turns`. */
function pushTurns(writer: FunctionWriter, body: number[], copies: number, turn: () => void): void {
  body.push(0x02, 0x40); // block
  body.push(0x03, 0x40); // loop
  for (let i = 1; i < copies; i++) {
    turn();
    writer.plain('i32Eqz');
    body.push(0x0d, 0x01); // br_if out of the block
  }
  turn();
  body.push(0x0d, 0x00); // br_if to the loop
  writer.plain('end');
  writer.plain('end');
}

/** How a module is written. */
export interface ModuleOptions {
  /** Set if threads share the memory: the most pages of 64 KiB that it may have. */
  readonly sharedPages?: number;
  /** Whether products are added by relaxed SIMD's multiply-add, see `runsRelaxedSimd`. */
  readonly fused?: boolean;
}

/** A module that imports memory `m.m` and exports the functions under their indices `0`, `1`, …. */
export function writeModule(
  functions: readonly FunctionWriter[],
  { sharedPages, fused }: ModuleOptions = {},
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const section = (id: number, items: readonly (readonly number[])[]) => {
    const length = items.reduce((total, item) => total + item.length, 0) + unsigned(items.length).length;
    bytes.push(id, ...unsigned(length), ...unsigned(items.length));
    for (const item of items) for (const byte of item) bytes.push(byte);
  };
  const name = (text: string) => [text.length, ...Array.from(text, (c) => c.charCodeAt(0))];
  section(
    1,
    functions.map(({ parameters }) => [0x60, ...unsigned(parameters), ...Array<number>(parameters).fill(i32Type), 0]),
  );
  const limits = sharedPages === undefined ? [0x00, 0] : [0x03, 0, ...unsigned(sharedPages)];
  section(2, [[...name('m'), ...name('m'), 0x02, ...limits]]);
  section(
    3,
    functions.map((_, i) => unsigned(i)),
  );
  section(
    7,
    functions.map((_, i) => [...name(String(i)), 0x00, ...unsigned(i)]),
  );
  section(
    10,
    functions.map((each) => each.code(fused)),
  );
  return Uint8Array.from(bytes);
}
