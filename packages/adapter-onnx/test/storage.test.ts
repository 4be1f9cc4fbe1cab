import { dense, sequential } from '@vardrop/core';
import * as random from '@vardrop/core/random';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float16Bits } from '../src/export/float16.js';
import { type StorageOptions, weightFormats } from '../src/export/storeTensor.js';
import { describeOnnx, exportOnnx } from '../src/index.js';
import { examples } from './networks.js';
import { pythons } from './python.js';
import { devices, openModel } from './runtimes.js';

/** A float16 number of its bits. */
function fromBits(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe('float16Bits', () => {
  it('gives every float16 number its own bits back', () => {
    const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter((bits) => !Number.isNaN(fromBits(bits)));
    expect([...float16Bits(all.map(fromBits))]).toEqual(all);
    expect(Number.isNaN(fromBits(float16Bits([Number.NaN])[0]))).toBe(true);
  });

  it('rounds to the nearest, and to the even one in the middle', () => {
    const between = fc
      .integer({ min: 0, max: 0x7bfe })
      .chain((bits) => fc.constantFrom(0.1, 0.25, 0.5, 0.75, 0.9).map((share) => ({ bits, share })));
    fc.assert(
      fc.property(between, fc.boolean(), ({ bits, share }, negative) => {
        const [low, high] = [fromBits(bits), fromBits(bits + 1)];
        const value = low + (high - low) * share;
        const nearest = share < 0.5 ? bits : share > 0.5 ? bits + 1 : bits + (bits % 2);
        expect(float16Bits([negative ? -value : value])[0]).toBe(nearest + (negative ? 0x8000 : 0));
      }),
      { numRuns: 500 },
    );
    expect([...float16Bits([65504, 65519, 65520, 1e9, -1e9])]).toEqual([0x7bff, 0x7bff, 0x7c00, 0x7c00, 0xfc00]);
  });
});

/** A network whose products are its weights: rows of the identity in, logits out. */
const table = (inputs: number, units: number) => sequential({ input: [inputs], layers: [dense({ units })] });

async function weightsOf(inputs: number, units: number, weights: Float32Array, options: StorageOptions) {
  const bias = new Float32Array(units);
  const parameters = {
    'dense1/weights': { shape: [inputs, units], data: weights },
    'dense1/bias': { shape: [units], data: bias },
  };
  const bytes = exportOnnx(table(inputs, units), parameters, { kind: 'mean', ...options });
  const session = await openModel('native', bytes);
  const identity = Float32Array.from({ length: inputs * inputs }, (_, i) => (i % (inputs + 1) === 0 ? 1 : 0));
  const { logits } = await session.run({ x: { shape: [inputs, inputs], data: identity } });
  await session.release();
  return { logits, bytes };
}

describe('stored weights', () => {
  it.each(weightFormats)('%s, whole and without zeros, are what the format holds', async (format) => {
    const sizes = fc.record({
      inputs: fc.integer({ min: 1, max: 90 }),
      units: fc.integer({ min: 2, max: 40 }),
      kept: fc.constantFrom(0, 0.01, 0.1, 1),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ inputs, units, kept, seed }) => {
        const mask = random.bernoulli(random.key(seed), kept, inputs * units);
        const weights = random.normal(random.key(seed + 1), inputs * units).map((value, i) => (mask[i] ? value : 0));
        const whole = await weightsOf(inputs, units, weights, { weights: format });
        const sparse = await weightsOf(inputs, units, weights, { weights: format, sparse: true });
        expect([...sparse.logits]).toEqual([...whole.logits]);
        expect(sparse.bytes.length).toBeLessThanOrEqual(whole.bytes.length + 100);
        weights.forEach((value, i) => {
          const column = Array.from({ length: inputs }, (_, row) => Math.abs(weights[row * units + (i % units)]));
          const bound = { float32: 0, float16: 2 ** -11 * Math.abs(value), int8: (0.51 * Math.max(...column)) / 127 }[
            format
          ];
          expect(Math.abs(whole.logits[i] - value)).toBeLessThanOrEqual(bound + 1e-7);
        });
      }),
      { numRuns: 12 },
    );
  });

  it('may be farther apart than 16 bits say', async () => {
    const [inputs, units] = [500, 400];
    const weights = new Float32Array(inputs * units);
    for (const [place, value] of [
      [70_000, 2.5],
      [70_001, -1],
      [199_999, 4],
    ] as const)
      weights[place] = value;
    const { logits, bytes } = await weightsOf(inputs, units, weights, { sparse: true });
    expect(Buffer.from(logits.buffer, logits.byteOffset, logits.byteLength).equals(Buffer.from(weights.buffer))).toBe(
      true,
    );
    expect(bytes.length).toBeLessThan(5000);
  });
});

describe.each(devices)('files with small weights on %s', (device) => {
  const [{ model, parameters, inputs, rows }] = examples;
  const x = { shape: [rows, ...model.inputShape], data: inputs };

  it.each(['mean', 'moments', 'sample'] as const)('of kind %s are near the whole ones', async (kind) => {
    const results: Record<string, Float32Array>[] = [];
    for (const weights of weightFormats) {
      const session = await openModel(device, exportOnnx(model, parameters, { kind, weights, sparse: true }));
      results.push(await session.run({ x, ...(kind === 'sample' && { seed: 5, samples: 3, row: 0 }) }));
      await session.release();
    }
    const [whole, ...others] = results;
    others.forEach((result, i) => {
      for (const [name, values] of Object.entries(whole)) {
        const largest = Math.max(...values.map(Math.abs));
        const error = Math.max(...values.map((value, at) => Math.abs(value - result[name][at])));
        expect(error, name).toBeGreaterThan(0);
        expect(error / largest, name).toBeLessThan(i === 0 ? 0.01 : 0.1);
      }
    });
  });
});

it.each(pythons)('onnx.checker $version accepts small weights', ({ opset, check }) => {
  const [{ model, parameters }] = examples;
  const { shape, data } = parameters['dense1/weights'];
  const few = { ...parameters, 'dense1/weights': { shape, data: data.map((value, i) => (i % 50 === 0 ? value : 0)) } };
  const files = weightFormats.flatMap((weights) =>
    (['mean', 'sample'] as const).map((kind) =>
      exportOnnx(model, few, {
        kind,
        weights,
        sparse: true,
        ...(kind === 'sample' && { opset: opset < 18 ? 17 : 18 }),
      }),
    ),
  );
  expect(check(files)).toEqual(files.map(() => ''));
  expect(() => files.map(describeOnnx)).not.toThrow();
});

it('refuses other formats', () => {
  const [{ model, parameters }] = examples;
  const wrong = (options: object) => () => exportOnnx(model, parameters, { kind: 'mean', ...options });
  for (const options of [{ weights: 'int4' }, { weights: null }, { sparse: 1 }, { sparse: null }])
    expect(wrong(options)).toThrow(expect.objectContaining({ code: 'VARDROP_OPTION' }));
});
