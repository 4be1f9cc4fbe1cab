import { type Builder, bindBatch, createBuilder, type Value } from '@vardrop/core/program';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { allParts } from '../src/allParts.js';
import { createBackend } from '../src/backend.js';
import { mostTurns } from '../src/run/countTurns.js';
import { loadRuntime } from '../src/start/loadRuntime.js';

const length = fc.integer({ min: 1, max: 9 });
const lengths = fc.record({ a: length, b: length, c: length, d: length, e: length });
type Lengths = Readonly<Record<'a' | 'b' | 'c' | 'd' | 'e', number>>;

/** Operations, and of how many terms their numbers are made. */
const operations: Readonly<Record<string, (b: Builder, n: Lengths) => readonly [result: Value, terms: number]>> = {
  reduceSum: (b, n) => [b.reduceSum(b.input('x', [n.a, n.b, n.c]), [0, 2]), n.a * n.c],
  reduceMax: (b, n) => [b.reduceMax(b.input('x', [n.a, n.b, n.c]), [1]), n.b],
  matmul: (b, n) => [b.matmul(b.input('x', [n.a, n.b]), b.input('y', [n.b, n.c])), n.b],
  'matmul, transposed': (b, n) => [
    b.matmul(b.input('x', [n.d, n.b, n.a]), b.input('y', [n.b, n.c]), { transposeA: true }),
    n.b,
  ],
  conv2d: (b, n) => [
    b.conv2d(b.input('x', [n.d, n.a + 1, n.b + 2, n.c]), b.input('w', [n.a, n.b, n.c, n.e])),
    n.a * n.b * n.c,
  ],
  conv2dInputGradient: (b, n) => [
    b.conv2dInputGradient(b.input('w', [n.a, n.b, n.c, n.e]), b.input('dy', [n.d, 2, 3, n.e]), [
      n.d,
      n.a + 1,
      n.b + 2,
      n.c,
    ]),
    n.a * n.b * n.e,
  ],
  conv2dFilterGradient: (b, n) => [
    b.conv2dFilterGradient(b.input('x', [n.d, n.a + 1, n.b + 2, n.c]), b.input('dy', [n.d, 2, 3, n.e]), [
      n.a,
      n.b,
      n.c,
      n.e,
    ]),
    n.d * 6,
  ],
  maxPool2d: (b, n) => [b.maxPool2d(b.input('x', [n.c, n.a, n.b, n.d]), [n.a, n.b]), n.a * n.b],
  averagePool2d: (b, n) => [b.averagePool2d(b.input('x', [n.c, n.a, n.b, n.d]), [n.a, n.b]), n.a * n.b],
  add: (b, n) => [b.add(b.input('x', [n.a, n.b]), b.input('y', [n.b])), 1],
};

describe('a GPU that makes few turns of a loop', async () => {
  const runtime = await loadRuntime({ parts: allParts, device: 'wasm', threads: 1 });
  const closing = createBackend(runtime);
  afterAll(() => closing.close());

  it.each(Object.entries(operations))('is given no %s of more terms', async (_, make) => {
    await fc.assert(
      fc.asyncProperty(lengths, async (n) => {
        const b = createBuilder('turns');
        const [result, terms] = make(b, n);
        b.output('result', result);
        const program = bindBatch(b.build(), 1);
        const compile = async (turns: number) => {
          const backend = createBackend({ ...runtime, turns });
          expect(backend.supports.turns).toBe(turns);
          (await backend.compile(program)).dispose();
        };
        await compile(terms);
        await compile(mostTurns);
        if (terms === 1) return;
        await expect(compile(terms - 1)).rejects.toMatchObject({
          code: 'VARDROP_LIMITS',
          message: expect.stringMatching(new RegExp(`each number of ${terms} terms, needs at most ${terms - 1},`)),
        });
      }),
      { numRuns: 5, seed: 1 },
    );
  });
});
