import { describe, expect, it } from 'vitest';
import {
  createJavaScriptGenerator,
  createWasmGenerator,
  hostGenerator,
  key,
  type NoiseGenerator,
  threefry2x32,
} from '../../src/random/index.js';

const wasm = createWasmGenerator() as NoiseGenerator;
const javascript = createJavaScriptGenerator();
// Around the sizes at which a fill changes its ways: one vector, one group of vectors, the short copy, the chunk.
const lengths = [0, 1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1000, 2047, 2048, 2049, 20_000];
const offsets = [0, 1, 12_345, 2 ** 31 - 7, 2 ** 32 - 5, 2 ** 32 - 2048, 3 * 2 ** 32 - 1, 2 ** 53 - 20_000];

describe('WebAssembly and JavaScript', () => {
  it.each(offsets)('fill alike, bit for bit, from offset %d', (offset) => {
    const streamKey = key(2 ** 40 + 3);
    for (const length of lengths) {
      for (const kind of ['bits', 'uniform', 'normal'] as const) {
        const [a, b] = [new Uint32Array(length), new Uint32Array(length)];
        if (kind === 'bits') {
          wasm.bits(streamKey, a, offset);
          javascript.bits(streamKey, b, offset);
        } else {
          wasm[kind](streamKey, new Float32Array(a.buffer), offset);
          javascript[kind](streamKey, new Float32Array(b.buffer), offset);
        }
        expect(Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)), `${kind}, ${length}`).toBe(0);
      }
    }
  });
});

describe.each([wasm, javascript])('the $name generator', (generator) => {
  it.each(offsets)('gives the block of the element index, from offset %d', (offset) => {
    const streamKey = key(99);
    const out = new Uint32Array(10);
    generator.bits(streamKey, out, offset);
    const expected = Array.from(out, (_, i) => {
      const index = BigInt(offset) + BigInt(i);
      const [x0, x1] = threefry2x32(streamKey, [Number(index >> 32n), Number(index & 0xffffffffn)]);
      return (x0 ^ x1) >>> 0;
    });
    expect([...out]).toEqual(expected);
  });

  it('gives the same stream however it is cut', () => {
    const start = 2 ** 32 - 10_000;
    const whole = new Float32Array(20_000);
    generator.normal(key(5), whole, start);
    const cut = new Float32Array(20_000);
    for (let at = 0, length = 1; at < cut.length; at += length, length = Math.min(length * 3, cut.length - at)) {
      generator.normal(key(5), cut.subarray(at, at + length), start + at);
    }
    expect(cut).toEqual(whole);
  });

  it('writes to its array only', () => {
    const around = new Float32Array(40).fill(7);
    generator.normal(key(1), around.subarray(10, 27));
    expect([...around.subarray(0, 10), ...around.subarray(27)]).toEqual(new Array(23).fill(7));
    expect(around.subarray(10, 27).includes(7)).toBe(false);
  });

  it.each([-1, 0.5, 2 ** 53 - 3, Number.NaN, Number.POSITIVE_INFINITY])('refuses the offset %d', (offset) => {
    const refused = expect.objectContaining({ code: 'VARDROP_INVALID_OFFSET' });
    expect(() => generator.bits(key(0), new Uint32Array(4), offset)).toThrow(refused);
    expect(() => generator.uniform(key(0), new Float32Array(4), offset)).toThrow(refused);
    expect(() => generator.normal(key(0), new Float32Array(4), offset)).toThrow(refused);
  });
});

describe('hostGenerator', () => {
  it('is the WebAssembly one where that runs, made once', () => {
    expect(hostGenerator().name).toBe('wasm');
    expect(hostGenerator()).toBe(hostGenerator());
  });
});

describe('createWasmGenerator', () => {
  it('returns undefined where WebAssembly is refused', () => {
    const { Module } = WebAssembly;
    try {
      WebAssembly.Module = class {
        constructor() {
          throw new WebAssembly.CompileError('Wasm code generation disallowed by embedder');
        }
      } as unknown as typeof Module;
      expect(createWasmGenerator()).toBeUndefined();
    } finally {
      WebAssembly.Module = Module;
    }
  });
});
