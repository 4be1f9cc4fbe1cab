import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deserializeState, serializeState, type TrainingState, VardropError } from '../../src/index.js';
import { elementCount } from '../../src/program/index.js';

const state: TrainingState = {
  parameters: {
    'dense1/weights': { shape: [2, 3], data: Float32Array.of(1, -2.5, 3e-8, -0, 1e30, 7) },
    'dense1/logVariance': { shape: [1], data: Float32Array.of(Number.NEGATIVE_INFINITY) },
    'network/rho': { shape: [], data: Float32Array.of(-1.25) },
  },
  optimizer: {
    name: 'sgd',
    slots: { 'velocity:dense1/weights': { shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) } },
  },
  step: 12,
  seed: 2 ** 53 - 1,
};

/** A safetensors file with this header, as it stands, and so many bytes of data. */
function file(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function parse(bytes: Uint8Array) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  return { length, text, header: JSON.parse(text), data: bytes.subarray(8 + length) };
}

const own = { 'vardrop.format': '1', 'vardrop.step': '0', 'vardrop.seed': '0', 'vardrop.optimizer': 'adam' };

describe('the file', () => {
  it('is laid out as the format has it', () => {
    const bytes = serializeState(state, { model: 'a "small" one, ä' });
    const { length, text, header, data } = parse(bytes);
    expect((8 + length) % 8).toBe(0);
    expect(text).toMatch(/^\{.*\} *$/);
    expect(header).toEqual({
      __metadata__: {
        'vardrop.format': '1',
        'vardrop.library': '@vardrop/core',
        'vardrop.step': '12',
        'vardrop.seed': '9007199254740991',
        'vardrop.optimizer': 'sgd',
        model: 'a "small" one, ä',
      },
      'parameters/dense1/weights': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      'parameters/dense1/logVariance': { dtype: 'F32', shape: [1], data_offsets: [24, 28] },
      'parameters/network/rho': { dtype: 'F32', shape: [], data_offsets: [28, 32] },
      'optimizer/velocity:dense1/weights': { dtype: 'F32', shape: [2, 3], data_offsets: [32, 56] },
    });
    expect(data).toHaveLength(56);
    // 1 and −2.5, low byte first.
    expect([...data.subarray(0, 8)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]);
    // −∞, at an offset of its own.
    expect([...data.subarray(24, 28)]).toEqual([0, 0, 0x80, 0xff]);
  });

  it('is padded whatever the length of its header', () => {
    for (let length = 0; length < 9; length++) {
      const parsed = parse(serializeState(state, { note: 'x'.repeat(length) }));
      expect(parsed.length % 8).toBe(0);
      expect(parsed.header.__metadata__.note).toHaveLength(length);
    }
  });

  it('comes back bit for bit, from any place in memory', () => {
    const name = fc.string({ unit: 'binary', maxLength: 8 });
    const bits = fc.integer({ min: 0, max: 0xffffffff }).filter((word) => (word & 0x7fffffff) <= 0x7f800000);
    const tensor = fc
      .array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 })
      .chain((shape) => {
        const length = elementCount(shape);
        return fc.tuple(fc.constant(shape), fc.array(bits, { minLength: length, maxLength: length }));
      })
      .map(([shape, words]) => ({ shape, data: new Float32Array(Uint32Array.from(words).buffer) }));
    const tensors = fc.dictionary(name, tensor, { maxKeys: 4 });
    const states = fc.record({
      parameters: tensors,
      optimizer: fc.record({ name, slots: tensors }),
      step: fc.maxSafeNat(),
      seed: fc.maxSafeNat(),
    });
    const metadata = fc.dictionary(
      name.filter((key) => !key.startsWith('vardrop.')),
      name,
    );
    const words = (given: TrainingState) =>
      [given.parameters, given.optimizer.slots].map((map) =>
        Object.fromEntries(
          Object.entries(map).map(([key, { shape, data }]) => [key, [shape, [...new Uint32Array(data.buffer)]]]),
        ),
      );
    fc.assert(
      fc.property(states, metadata, fc.integer({ min: 0, max: 7 }), (given, notes, offset) => {
        const bytes = serializeState(given, notes);
        const moved = new Uint8Array(bytes.length + offset).subarray(offset);
        moved.set(bytes);
        const back = deserializeState(moved);
        expect(words(back.state)).toEqual(words(given));
        expect({ ...back.metadata }).toEqual({ ...notes });
        expect(back.state.optimizer.name).toBe(given.optimizer.name);
        expect([back.state.step, back.state.seed]).toEqual([given.step, given.seed]);
        expect(serializeState(back.state, back.metadata)).toEqual(bytes);
      }),
    );
  });

  it('reads what Python has written', async () => {
    const bytes = await readFile(new URL('../../fixtures/checkpoint/python.safetensors', import.meta.url));
    const { state: read, metadata } = deserializeState(bytes);
    const { 'dense1/logVariance': _, ...parameters } = state.parameters;
    expect(read.parameters).toEqual(parameters);
    expect(Object.is(read.parameters['dense1/weights'].data[3], -0)).toBe(true);
    expect(read.optimizer).toEqual({
      name: 'sgd',
      slots: {
        'velocity:dense1/weights': { shape: [2, 3], data: Float32Array.from([0, 1, 2, 3, 4, 5], (i) => i / 8) },
        'velocity:network/rho': { shape: [], data: Float32Array.of(0.5) },
      },
    });
    expect([read.step, read.seed]).toEqual([12, 2 ** 53 - 1]);
    expect(metadata).toEqual({ note: 'written by Python, ä' });
  });
});

describe('refusals', () => {
  const code = (bytes: Uint8Array): string => {
    try {
      deserializeState(bytes);
      return 'accepted';
    } catch (error) {
      return error instanceof VardropError ? error.code : `uncoded: ${error}`;
    }
  };
  const f32 = (begin: number, end: number, shape: readonly number[] = [(end - begin) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [begin, end],
  });

  it('knows a file cut at any byte', () => {
    const bytes = serializeState(state);
    expect(code(bytes)).toBe('accepted');
    for (let length = 0; length < bytes.length; length++) {
      expect(code(bytes.subarray(0, length))).toBe('VARDROP_CHECKPOINT_TRUNCATED');
    }
  });

  it('gives a coded error, or a state, for any change of a byte of the header', () => {
    const bytes = serializeState(state, { note: 'x' });
    const end = bytes.length - parse(bytes).data.length;
    for (let i = 0; i < end; i++) {
      for (const flip of [1, 4, 0x20, 0x80]) {
        const changed = bytes.slice();
        changed[i] ^= flip;
        expect(code(changed)).toMatch(/^(accepted|VARDROP_CHECKPOINT_(FORMAT|TRUNCATED|DTYPE|OFFSETS|FOREIGN))$/);
      }
    }
  });

  it.each([
    ['FORMAT', 'text', new TextEncoder().encode('A text that is no checkpoint.')],
    ['FORMAT', 'broken JSON', file('{"a": ', 0)],
    ['FORMAT', 'no UTF-8', file('{"a": 1}', 0).map((byte) => (byte === 0x61 ? 0xff : byte))],
    ['FORMAT', 'a list for an entry', file({ a: [] }, 0)],
    ['FORMAT', 'numbers in metadata', file({ __metadata__: { a: 1 } }, 0)],
    ['FORMAT', 'a negative axis', file({ a: f32(0, 4, [-1]) }, 4)],
    ['FORMAT', 'half an offset', file({ a: { ...f32(0, 4), data_offsets: [0] } }, 4)],
    ['DTYPE', 'float64', file({ a: { ...f32(0, 8, [1]), dtype: 'F64' } }, 8)],
    ['DTYPE', 'no known type', file({ a: { ...f32(0, 8, [1]), dtype: 'F31' } }, 8)],
    ['OFFSETS', 'an overlap', file({ a: f32(0, 8), b: f32(4, 12) }, 12)],
    ['OFFSETS', 'a gap', file({ a: f32(0, 4), b: f32(8, 12) }, 12)],
    ['OFFSETS', 'a late start', file({ a: f32(4, 8) }, 8)],
    ['OFFSETS', 'bytes left over', file({ a: f32(0, 4) }, 8)],
    ['OFFSETS', 'a shape of another size', file({ a: f32(0, 4, [2]) }, 4)],
    ['OFFSETS', 'an end before its beginning', file({ a: f32(8, 4, [1]) }, 8)],
    ['TRUNCATED', 'an end out of range', file({ a: f32(0, 8) }, 4)],
    ['FOREIGN', 'no metadata', file({ a: f32(0, 4) }, 4)],
    ['FOREIGN', 'no step', file({ __metadata__: { ...own, 'vardrop.step': undefined } }, 0)],
    ['FOREIGN', 'no seed', file({ __metadata__: { ...own, 'vardrop.seed': undefined } }, 0)],
    ['FOREIGN', 'a step that is none', file({ __metadata__: { ...own, 'vardrop.step': '-1' } }, 0)],
    ['FOREIGN', 'a seed too large', file({ __metadata__: { ...own, 'vardrop.seed': '9007199254740993' } }, 0)],
    ['FOREIGN', 'another version', file({ __metadata__: { ...own, 'vardrop.format': '2' } }, 0)],
    ['FOREIGN', 'a tensor of another kind', file({ __metadata__: own, a: f32(0, 4) }, 4)],
    ['FORMAT', 'a header longer than the format allows', file('{}', 0).fill(0xff, 4, 8)],
  ])('%s: %s', (expected, _, bytes) => {
    expect(code(bytes)).toBe(`VARDROP_CHECKPOINT_${expected}`);
  });

  it('takes tensors in any order of their bytes', () => {
    const bytes = file({ __metadata__: own, 'parameters/b': f32(4, 8), 'parameters/a': f32(0, 4) }, 8);
    bytes[bytes.length - 1] = 0x40;
    expect(deserializeState(bytes).state.parameters).toEqual({
      a: { shape: [1], data: Float32Array.of(0) },
      b: { shape: [1], data: Float32Array.of(2) },
    });
  });

  it('writes no metadata in its own name and no tensors that do not fill their shape', () => {
    expect(() => serializeState(state, { 'vardrop.step': '1' })).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTION' }),
    );
    expect(() => serializeState(state, { epoch: 1 as unknown as string })).toThrow(
      expect.objectContaining({ code: 'VARDROP_OPTION' }),
    );
    const parameters = { w: { shape: [2], data: new Float32Array(3) } };
    expect(() => serializeState({ ...state, parameters })).toThrow(expect.objectContaining({ code: 'VARDROP_STATE' }));
  });

  it('writes what can be read, or nothing', () => {
    const odd = fc.oneof(
      fc.constantFrom<unknown>(undefined, null, Number.NaN, -1, 0.5, 2 ** 53, '1', 1n, [], {}, new Float32Array(2)),
      fc.integer({ min: 0, max: 3 }),
    );
    const tensor = fc.record({ shape: fc.oneof(odd, fc.array(odd, { maxLength: 2 })), data: odd });
    const tensors = fc.oneof(odd, fc.dictionary(fc.string({ maxLength: 2 }), fc.oneof(odd, tensor), { maxKeys: 2 }));
    const optimizer = fc.oneof(odd, fc.record({ name: fc.oneof(odd, fc.constant('sgd')), slots: tensors }));
    const counts = fc.oneof(odd, fc.nat(3));
    const position = fc.record({ epoch: counts, row: counts, rows: counts, digest: fc.oneof(odd, fc.constant('a')) });
    const whole = { parameters: tensors, optimizer, step: odd, seed: odd, position: fc.oneof(odd, position) };
    const given = fc.oneof(odd, fc.record(whole, { requiredKeys: [] }), fc.record({ state: fc.record(whole) }));
    fc.assert(
      fc.property(given, (value) => {
        let bytes: Uint8Array;
        try {
          bytes = serializeState(value as TrainingState);
        } catch (error) {
          expect(error).toBeInstanceOf(VardropError);
          return;
        }
        expect(code(bytes)).toBe('accepted');
      }),
      { numRuns: 500 },
    );
  });

  it('says what to pass in place of the result of fit', () => {
    expect(() => serializeState({ state, history: [] } as unknown as TrainingState)).toThrow(/Pass result\.state/);
  });

  it('takes buffers and views of any kind', () => {
    const bytes = serializeState(state);
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    const shared = new SharedArrayBuffer(bytes.length + 8);
    new Uint8Array(shared).set(bytes, 8);
    for (const given of [buffer, new DataView(buffer), new Uint8Array(shared, 8), Buffer.from(bytes)]) {
      expect(deserializeState(given).state).toEqual(state);
    }
    for (const given of ['text', 3, null, new Blob([bytes])]) {
      expect(code(given as unknown as Uint8Array)).toBe('VARDROP_CHECKPOINT_FORMAT');
    }
  });
});
