import { compileProgram } from '@vardrop/core/backend';
import { createBuilder } from '@vardrop/core/program';
import { expect, it } from 'vitest';
import { createGpujsBackend } from '../src/index.js';

it('multiplies more pairs of matrices than there are threads in height', async () => {
  const pairs = 65_537;
  const b = createBuilder('pairs');
  b.output('y', b.matmul(b.input('x', [pairs, 9, 1]), b.input('w', [pairs, 1, 2])));
  const backend = await createGpujsBackend({ mode: 'webgpu' });
  const program = await compileProgram(backend, b.build());
  const x = backend.upload(
    Float32Array.from({ length: 9 * pairs }, (_, i) => i % 1009),
    [pairs, 9, 1],
  );
  const w = backend.upload(
    Float32Array.from({ length: 2 * pairs }, (_, i) => i % 13),
    [pairs, 1, 2],
  );
  const actual = await backend.read(program.run({ x, w }, [{}]).outputs[0].y);
  const expected = Float32Array.from({ length: 18 * pairs }, (_, i) => {
    return (Math.floor(i / 2) % 1009) * ((2 * Math.floor(i / 18) + (i % 2)) % 13);
  });
  expect(actual.length).toBe(expected.length);
  expect(actual.findIndex((y, i) => y !== expected[i])).toBe(-1);
  await backend.close();
});

it('computes what has more threads in depth than WebGPU gives', async () => {
  const rows = 70_000;
  const b = createBuilder('deep');
  b.output('y', b.add(b.input('x', [rows, 1, 2]), b.input('w', [rows, 3, 1])));
  const backend = await createGpujsBackend({ mode: 'webgpu' });
  const program = await compileProgram(backend, b.build());
  const x = backend.upload(
    Float32Array.from({ length: 2 * rows }, (_, i) => i),
    [rows, 1, 2],
  );
  const w = backend.upload(
    Float32Array.from({ length: 3 * rows }, (_, i) => 0.125 * (i % 7)),
    [rows, 3, 1],
  );
  const actual = await backend.read(program.run({ x, w }, [{}]).outputs[0].y);
  const expected = Float32Array.from({ length: 6 * rows }, (_, i) => {
    const row = Math.floor(i / 6);
    return 2 * row + (i % 2) + 0.125 * ((3 * row + (Math.floor(i / 2) % 3)) % 7);
  });
  expect(actual).toEqual(expected);
  await backend.close();
});
