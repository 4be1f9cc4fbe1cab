import type { Backend } from '@vardrop/core';
import { compileProgram } from '@vardrop/core/backend';
import { createBuilder, elementCount, type Program } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpujsBackend, type GpujsBackend } from '../src/index.js';

/** Numbers in [−½, ½), the same for the same name. */
function numbers(name: string, count: number): Float32Array {
  let state = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

async function evaluate(backend: Backend, program: Program): Promise<Float32Array[]> {
  const compiled = await compileProgram(backend, program);
  const inputs = Object.fromEntries(
    program.nodes.flatMap((node) => {
      if (node.op !== 'input') return [];
      const shape = node.shape as readonly number[];
      const values = numbers(node.name, elementCount(shape));
      return [[node.name, backend.upload(values, shape)] as const];
    }),
  );
  const { outputs } = compiled.run(inputs, [{}]);
  const values = await Promise.all(Object.values(outputs[0]).map((tensor) => backend.read(tensor)));
  for (const tensor of [...Object.values(inputs), ...Object.values(outputs[0])]) backend.dispose(tensor);
  compiled.dispose();
  return values;
}

/** Large enough for threads that return four rows, and in no direction a multiple of four, eight or 64. */
const [rows, length, columns] = [103, 203, 90];

function product(transposeA: boolean, transposeB: boolean, chained: boolean): Program {
  const b = createBuilder('product');
  const x = b.input('x', transposeA ? [length, rows] : [rows, length]);
  const w = b.input('w', transposeB ? [columns, length] : [length, columns]);
  const y = b.matmul(x, w, { transposeA, transposeB });
  b.output('y', chained ? b.matmul(y, b.input('v', [columns, 121])) : y);
  return b.build();
}

/** Mean and standard deviation of pre-activations, and a sample: one kernel where only the sample is needed. */
function localReparametrization(): Program {
  const b = createBuilder('local');
  const a = b.input('a', [rows, length]);
  const variance = b.exp(b.input('logVariance', [length, columns]));
  const gamma = b.matmul(a, b.input('mean', [length, columns]));
  const delta = b.matmul(b.mul(a, a), variance);
  const noise = b.input('noise', [rows, columns]);
  b.output('y', b.max(b.add(b.add(gamma, b.mul(b.sqrt(delta), noise)), b.input('bias', [columns])), 0));
  return b.build();
}

/** The same with γ as an output, which takes two products of their own, and a product of the activations. */
function localReparametrizationChained(): Program {
  const b = createBuilder('local chained');
  const a = b.input('a', [rows, length]);
  const gamma = b.matmul(a, b.input('mean', [length, columns]));
  const delta = b.matmul(b.mul(a, a), b.exp(b.input('logVariance', [length, columns])));
  const y = b.max(b.add(gamma, b.mul(b.sqrt(delta), b.input('noise', [rows, columns]))), 0);
  b.output('gamma', gamma);
  b.output('z', b.matmul(y, b.input('v', [columns, 121])));
  return b.build();
}

/** Both moments with operands that lie either way, of any number of rows and columns. */
function moments([rows, columns]: readonly number[], transposeA: boolean, transposeB: readonly boolean[]): Program {
  const b = createBuilder('moments');
  const a = b.input('a', transposeA ? [length, rows] : [rows, length]);
  const weights = (name: string, transposed: boolean) =>
    b.input(name, transposed ? [columns, length] : [length, columns]);
  const gamma = b.matmul(a, weights('mean', transposeB[0]), { transposeA, transposeB: transposeB[0] });
  const variance = weights('variance', transposeB[1]);
  const delta = b.matmul(b.mul(a, a), variance, { transposeA, transposeB: transposeB[1] });
  b.output('y', b.sub(gamma, b.mul(delta, b.input('noise', [rows, columns]))));
  return b.build();
}

describe('large contractions', () => {
  let backend: GpujsBackend;
  const reference = createReferenceBackend();
  beforeAll(async () => {
    backend = await createGpujsBackend({ mode: 'webasm' });
  });
  afterAll(() => backend.close());

  /**
   * Sums of `length` products of numbers below ½: pieces of 64 and of 4 bound the number of roundings that a term goes
   * through by 64 + 3 + 11, so the error by 78 · 2⁻²⁴ · Σ|a||b| ≤ 78 · 2⁻²⁴ · length / 4 a product.
   */
  const bound = 78 * 2 ** -24 * (length / 4);

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('products with transposed operands: %s, %s', async (transposeA, transposeB) => {
    const program = product(transposeA, transposeB, false);
    const [[actual], [expected]] = [await evaluate(backend, program), await evaluate(reference, program)];
    expect(actual.length).toBe(rows * columns);
    for (let i = 0; i < actual.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(bound);
  });

  it.each([
    [104, 90],
    [1500, 4],
    [1500, 5],
    [1501, 4],
    [9, 601],
  ])('products of %s rows and %s columns', async (rows, columns) => {
    const b = createBuilder('product');
    b.output('y', b.matmul(b.input('x', [rows, length]), b.input('w', [length, columns])));
    const program = b.build();
    const [[actual], [expected]] = [await evaluate(backend, program), await evaluate(reference, program)];
    expect(actual.length).toBe(rows * columns);
    for (let i = 0; i < actual.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(bound);
  });

  it.each([
    [[103, 90], false, [false, true]],
    [[104, 91], true, [true, false]],
    [[1500, 4], true, [false, false]],
    [[9, 601], false, [true, true]],
    // Too few products for blocks.
    [[10, 9], false, [true, false]],
    [[1, 9], true, [false, true]],
    [[9, 1], false, [false, true]],
    [[1, 1], true, [false, true]],
  ] as const)('both moments of %s elements with transposed operands: %s, %s', async (shape, left, right) => {
    const program = moments(shape, left, right);
    const [[actual], [expected]] = [await evaluate(backend, program), await evaluate(reference, program)];
    expect(actual.length).toBe(shape[0] * shape[1]);
    // δ has terms half as large with one rounding more, and noise halves its error: it adds little over a quarter of γ's.
    for (let i = 0; i < actual.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(1.5 * bound);
  });

  it('results that another product reads', async () => {
    const program = product(false, false, true);
    const [[actual], [expected]] = [await evaluate(backend, program), await evaluate(reference, program)];
    // An error of the first product reaches the second in 90 terms, each times at most ½; its own is smaller still.
    const chained = (columns / 2) * bound + 78 * 2 ** -24 * (columns / 2) * (length / 4);
    for (let i = 0; i < actual.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(chained);
  });

  it('both moments, sample, bias and activation', async () => {
    const program = localReparametrization();
    const [[actual], [expected]] = [await evaluate(backend, program), await evaluate(reference, program)];
    expect(expected.filter((y) => y > 0).length).toBeGreaterThan(1000);
    // δ ≥ Σ a² e^−½ is about 10, so that √ shrinks its error, which is below 4 times that of γ (e^½ < 2, noise ≤ ½).
    for (let i = 0; i < actual.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(3 * bound);
  });

  it('an epilogue that reads another product waits for it, and its own product does not', async () => {
    const program = localReparametrizationChained();
    const before = backend.traffic();
    const [gamma, z] = await evaluate(backend, program);
    const after = backend.traffic();
    const [gammaExpected, zExpected] = await evaluate(reference, program);
    // Both moments in one plan, what is made of them in the next.
    expect(after.plans - before.plans).toBe(2);
    for (let i = 0; i < gamma.length; i++) expect(Math.abs(gamma[i] - gammaExpected[i])).toBeLessThanOrEqual(bound);
    // Errors of y (as above) reach z in 90 terms, each times at most ½; y itself is below 64, for z's own roundings.
    const chained = (columns / 2) * 3 * bound + 78 * 2 ** -24 * (columns / 2) * 64;
    expect(zExpected.filter((value) => Math.abs(value) > 100 * chained).length).toBeGreaterThan(1000);
    for (let i = 0; i < z.length; i++) expect(Math.abs(z[i] - zExpected[i])).toBeLessThanOrEqual(chained);
  });
});

describe.each(['webasm', 'cpu'] as const)('products on %s', (mode) => {
  it('that share a right operand read their left ones each in its own way', async () => {
    const b = createBuilder('shared');
    const w = b.input('w', [7, 5]);
    const transposed = b.matmul(b.input('a', [7, 6]), w, { transposeA: true });
    b.output('y', b.add(b.matmul(b.input('x', [6, 7]), w), transposed));
    const program = b.build();
    const backend = await createGpujsBackend({ mode });
    const reference = createReferenceBackend();
    const [[actual], [expected]] = [await evaluate(backend, program), await evaluate(reference, program)];
    await backend.close();
    // Sums of seven terms below ¼ go through eight roundings, that of two sums through one more.
    for (let i = 0; i < actual.length; i++) {
      expect(Math.abs(actual[i] - expected[i])).toBeLessThanOrEqual(9 * 2 ** -24 * (14 / 4));
    }
  });
});
