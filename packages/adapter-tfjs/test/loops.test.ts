import type { Backend } from '@vardrop/core';
import { compileProgram } from '@vardrop/core/backend';
import { type Builder, createBuilder, type Value } from '@vardrop/core/program';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTfjsBackend } from '../src/index.js';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend({ device: 'wasm' });
});
afterAll(() => backend.close());

/** What a program of one input `[count]` makes of values. */
async function evaluate(values: Float32Array, write: (b: Builder, x: Value) => Record<string, Value>) {
  const b = createBuilder('loop');
  const outputs = write(b, b.input('x', [values.length]));
  for (const [name, value] of Object.entries(outputs)) b.output(name, value);
  const compiled = await compileProgram(backend, b.build());
  const x = backend.upload(values, [values.length]);
  const [tensors] = compiled.run({ x }, [{}]).outputs;
  const results: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    results[name] = await backend.read(tensor);
    backend.dispose(tensor);
  }
  backend.dispose(x);
  compiled.dispose();
  return results;
}

/** A chain with operations that take long, of which loops compute two vectors at a time. */
const chain = (b: Builder, x: Value): Record<string, Value> => {
  const y = b.div(b.log(b.max(b.mul(x, x), 0.25)), b.add(b.sqrt(b.exp(x)), b.softplus(x)));
  return { y, sum: b.reduceSum(y), largest: b.reduceMax(y) };
};

const valuesOf = (count: number) => Float32Array.from({ length: count }, (_, i) => 3 * Math.sin(i * i + 0.1));

describe('loops of two vectors a turn', () => {
  // Rows that end after a pair of vectors, a single one, or 1 to 3 elements; blocks of 4096, the last of them short.
  it.each([32, 33, 36, 38, 40, 44, 47, 8192, 8193, 8196, 8200, 8206, 12_297])(
    'compute %d elements as each of four would be computed',
    async (count) => {
      const values = valuesOf(count);
      const { y, sum, largest } = await evaluate(values, chain);
      for (const first of [0, 4, 28, count - 12, count - 9, count - 8, count - 5, count - 4]) {
        const part = values.slice(first, first + 4);
        expect(y.slice(first, first + 4)).toEqual((await evaluate(part, chain)).y);
      }
      const total = y.reduce((all, value) => all + value, 0);
      const magnitude = y.reduce((all, value) => all + Math.abs(value), 0);
      // Four sums a block of at most 4096 elements, then blocks: fewer than 1100 additions in a row.
      expect(Math.abs(sum[0] - total)).toBeLessThanOrEqual(1100 * 2 ** -24 * magnitude);
      expect(largest[0]).toBe(Math.max(...y));
    },
  );
});

describe('bounds by a number', () => {
  const special = Float32Array.of(Number.NaN, Infinity, -Infinity, -0, 0, 1e-45, -1e-45, 0.5, 0.25, -2, 3e38, -3e38);

  it.each([0.5, -2, 1e-45, 0, -0, 3e38])(
    'by %d are those of IEEE 754, on short rows and on long ones',
    async (bound) => {
      for (const repeated of [1, 6]) {
        const values = Float32Array.from({ length: special.length * repeated }, (_, i) => special[i % special.length]);
        const { larger, smaller } = await evaluate(values, (b, x) => ({
          larger: b.max(x, bound),
          smaller: b.min(x, bound),
        }));
        const single = Math.fround(bound);
        // Object.is tells 0 from −0, which `max` and `min` do as Math.max and Math.min.
        values.forEach((value, i) => {
          expect(Object.is(larger[i], Math.fround(Math.max(value, single))), `max(${value}, ${bound})`).toBe(true);
          expect(Object.is(smaller[i], Math.fround(Math.min(value, single))), `min(${value}, ${bound})`).toBe(true);
        });
      }
    },
  );
});
