import { createBuilder, type Program } from '@vardrop/core/program';
import { evaluate } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { createOnnxBackend } from '../src/index.js';

/** Outputs of a program on a device. */
async function run(device: 'wasm' | 'native', threads: number, program: Program, given: Record<string, Float32Array>) {
  const backend = await createOnnxBackend({ device, threads });
  const executable = await backend.compile(program as Parameters<typeof backend.compile>[0]);
  const shared = Object.fromEntries(
    program.nodes.flatMap((node) =>
      node.op === 'input' ? [[node.name, backend.upload(given[node.name], node.shape as number[])]] : [],
    ),
  );
  const results: Record<string, Float32Array>[] = [];
  for (let i = 0; i < 5; i++) {
    const [outputs] = executable.run(shared, [{}]).outputs;
    const entries = Object.entries(outputs).map(async ([name, tensor]) => [name, await backend.read(tensor)] as const);
    results.push(Object.fromEntries(await Promise.all(entries)));
  }
  await backend.close();
  return results;
}

const cases = [
  ['wasm', 1],
  ['native', 1],
  ['native', 2],
] as const;

describe.each(cases)('rows on %s with %i threads', (device, threads) => {
  it('are added up in their order, the same each time', async () => {
    const [count, size, rows] = [20_000, 33, 5];
    const b = createBuilder('many of the same number');
    b.output('dx', b.gatherGradient(b.input('indices', [count]), b.input('dy', [count, size]), [rows, size]));
    const indices = Float32Array.from({ length: count }, (_, i) => (i * i) % (rows + 1));
    const dy = Float32Array.from({ length: count * size }, (_, i) => Math.sin(i) * 10 ** (i % 7));
    const wanted = new Float32Array(rows * size);
    indices.forEach((row, i) => {
      if (row < rows) for (let j = 0; j < size; j++) wanted[row * size + j] += dy[i * size + j];
    });
    for (const { dx } of await run(device, threads, b.build(), { indices, dy })) expect(dx).toEqual(wanted);
  });

  it.each([
    [3, 9],
    [40, 9],
  ])('of no number are zeros, whatever the table of %i holds', async (rows, count) => {
    const b = createBuilder('no rows');
    const [table, indices] = [b.input('table', [rows, 2]), b.input('indices', [count])];
    b.output('y', b.gather(table, indices));
    b.output('dx', b.gatherGradient(indices, b.input('dy', [count, 2]), [rows, 2]));
    const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
    const given = {
      table: new Float32Array(2 * rows).fill(infinity).fill(nan, 0, 1),
      indices: Float32Array.of(nan, infinity, -infinity, rows, -1, 0.5, 1, -0, 2 ** 33),
      dy: new Float32Array(2 * count).fill(nan).fill(1, 12, 16),
    };
    const program = b.build();
    const expected = evaluate(program, { inputs: given });
    for (const results of await run(device, threads, program, given)) {
      for (const [name, values] of Object.entries(expected)) {
        expect([name, ...results[name].map((each) => each + 0)]).toEqual([name, ...values]);
      }
    }
  });
});
