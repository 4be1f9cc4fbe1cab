import { describe, expect, it } from 'vitest';
import {
  createJavaScriptGenerator,
  createWasmGenerator,
  foldIn,
  key,
  type NoiseGenerator,
  threefry2x32,
} from '../../src/random/index.js';
import { noiseVectors } from './noiseVectors.js';

const { vectors, published } = noiseVectors;

/** The two uint32 words in hexadecimal. */
function words(text: readonly string[]): [number, number] {
  return [Number.parseInt(text[0], 16), Number.parseInt(text[1], 16)];
}

/** How many float32 numbers apart `a` and `b` are. */
function unitsInTheLastPlace(a: number, b: number): number {
  const ordinals = Array.from(new Int32Array(Float32Array.of(a, b).buffer), (bits) =>
    bits < 0 ? -(bits & 0x7fffffff) : bits,
  );
  return Math.abs(ordinals[0] - ordinals[1]);
}

describe('blocks and keys', () => {
  it.each(noiseVectors.threefry2x32)('threefry2x32 gives the known answer for counter $counter', (vector) => {
    expect(threefry2x32(words(vector.key), words(vector.counter))).toEqual(words(vector.output));
  });

  it.each(noiseVectors.foldIn)(
    'foldIn of seed $seed and $data gives the key of JAX',
    ({ seed, data, key: expected }) => {
      expect(foldIn(key(seed), data)).toEqual(expected);
    },
  );

  it('splits a seed into its high and low word', () => {
    expect(key(0)).toEqual([0, 0]);
    expect(key(Number.MAX_SAFE_INTEGER)).toEqual([2 ** 21 - 1, 2 ** 32 - 1]);
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN, '7' as unknown as number])('refuses the seed %s', (seed) => {
    expect(() => key(seed)).toThrow(expect.objectContaining({ code: 'VARDROP_INVALID_SEED' }));
  });

  it.each([-1, 0.5, 2 ** 32, Number.NaN])('refuses to fold in %s', (data) => {
    expect(() => foldIn(key(0), data)).toThrow(expect.objectContaining({ code: 'VARDROP_INVALID_FOLD' }));
  });
});

const generators: [string, () => NoiseGenerator | undefined][] = [
  ['wasm', createWasmGenerator],
  ['javascript', createJavaScriptGenerator],
];

describe.each(generators)('the %s generator', (name, create) => {
  const generator = create() as NoiseGenerator;

  it('runs here', () => {
    expect(generator.name).toBe(name);
  });

  it.each(vectors)('gives the bits and uniforms of JAX exactly: seed $seed, offset $offset', (vector) => {
    const bits = new Uint32Array(vector.bits.length);
    generator.bits(key(vector.seed), bits, vector.offset);
    expect([...bits]).toEqual(vector.bits);
    const uniform = new Float32Array(vector.uniform.length);
    generator.uniform(key(vector.seed), uniform, vector.offset);
    expect([...uniform]).toEqual(vector.uniform);
  });

  it.each(vectors)('gives the normals of JAX within 4 ulp: seed $seed, offset $offset', (vector) => {
    const normal = new Float32Array(vector.normal.length);
    generator.normal(key(vector.seed), normal, vector.offset);
    for (const [i, expected] of vector.normal.entries()) {
      expect(unitsInTheLastPlace(normal[i], expected)).toBeLessThanOrEqual(4);
    }
  });

  it('gives the normals that the documentation of JAX prints', () => {
    const normal = new Float32Array(published.normal.length);
    generator.normal(key(0), normal);
    for (const [i, expected] of published.normal.entries()) {
      // Eight digits are printed: half a unit of the last, and 4 ulp.
      expect(Math.abs(normal[i] - expected)).toBeLessThanOrEqual(
        (5e-8 + 4 * 2 ** -23) * Math.max(1, Math.abs(expected)),
      );
    }
  });
});
