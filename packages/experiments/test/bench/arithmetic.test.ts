import { compileProgram, type Tensor } from '@vardrop/core/backend';
import { elementCount } from '@vardrop/core/program';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import {
  type Contraction,
  contractions,
  contractionsProgram,
  gigaflop,
  predictionContractions,
} from '../../src/bench/contractions.js';
import { describeTimes } from '../../src/bench/describeTimes.js';
import { expectedTime } from '../../src/bench/expectedTime.js';
import { summarizeTimes } from '../../src/bench/summarizeTimes.js';
import { workloadW } from '../../src/bench/workload.js';

it('describes times by their median and the middle four fifths', () => {
  expect(describeTimes([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toBe('median 5.5 ms (10 %: 1.9, 90 %: 9.1, n = 10)');
});

describe('contractions', () => {
  it('of workload W are 9.2 GFLOP with noise, twice those without', () => {
    // 784·500 forward and weights, 500·500 twice and 500·10 in all three, two moments, 1000 rows, 2 operations each.
    const once = 2 * 784 * 500 + 3 * (2 * 500 * 500 + 500 * 10);
    expect(gigaflop(contractions(workloadW, true))).toBeCloseTo((2 * 2 * 1000 * once) / 1e9, 9);
    expect(gigaflop(contractions(workloadW, false))).toBeCloseTo((2 * 1000 * once) / 1e9, 9);
  });

  it('of a prediction share the first layer among samples', () => {
    const small = { name: 'small', widths: [3, 4, 2], batch: 5 };
    expect(predictionContractions(small, 0)).toEqual([
      { m: 5, k: 3, n: 4, count: 1 },
      { m: 5, k: 4, n: 2, count: 1 },
    ]);
    expect(predictionContractions(small, 6).map(({ count }) => count)).toEqual([2, 12]);
  });

  it('as a program compute every product once, with operands of its own', async () => {
    const products: Contraction[] = [
      { m: 2, k: 3, n: 4, count: 2 },
      { m: 3, k: 2, n: 4, count: 1 },
    ];
    const program = contractionsProgram(products);
    const backend = createReferenceBackend();
    const compiled = await compileProgram(backend, program);
    // Simplification has left all products, each followed by one with a column.
    expect(compiled.program.nodes.filter(({ op }) => op === 'matmul')).toHaveLength(6);
    const inputs: Record<string, Tensor> = {};
    for (const node of program.nodes) {
      if (node.op !== 'input') continue;
      const shape = node.shape as number[];
      inputs[node.name] = backend.upload(new Float32Array(elementCount(shape)).fill(1), shape);
    }
    const { total } = compiled.run({}, [{ inputs }]).outputs[0];
    // Of ones, a product is k everywhere: Σ m n k over the products.
    expect(await backend.read(total)).toEqual(Float32Array.of(3 * 2 * 3 * 4));
    await backend.close();
  });
});

describe('expectedTime', () => {
  it('knows nothing, no less than the largest before, the line through two, or the best rate where that is less', () => {
    expect(expectedTime([], 5)).toBe(0);
    expect(expectedTime([{ work: 1, time: 20 }], 100)).toBe(20);
    const two = [
      { work: 1, time: 20 },
      { work: 10, time: 29 },
    ];
    expect(expectedTime(two, 100)).toBeCloseTo(119, 9);
    // A line that is steep because the two differ in shape: the best rate so far, 2.9 a unit of work, says less.
    expect(expectedTime([...two, { work: 11, time: 60 }], 100)).toBeCloseTo(290, 9);
    // Slower for less: no line to go by.
    expect(expectedTime([two[0], { work: 10, time: 12 }], 100)).toBe(12);
  });
});

describe('summarizeTimes', () => {
  it('takes medians, shares and ratios from known times', () => {
    const results = summarizeTimes('b', 'W', [
      { name: 'variational step', gigaflop: 8, first: 900, times: [210, 200, 190] },
      { name: 'deterministic step', gigaflop: 4, first: 300, times: [100, 90, 80, 70] },
      { name: 'variational products', gigaflop: 8, first: 100, times: [160] },
      { name: 'deterministic products', gigaflop: 4, first: 100, times: [] },
      { name: 'mean prediction', gigaflop: 1, first: 30, times: [20] },
      { name: 'sampled prediction', gigaflop: 10, first: 30, times: [320] },
      { name: 'noise', gigaflop: 0, first: 9, times: [4] },
    ]);
    const of = (variant: string) => results.find((result) => result.variant === variant);
    expect(results.map(({ variant }) => variant)).not.toContain('deterministic products');
    expect(of('variational step')).toMatchObject({
      backend: 'b',
      workload: 'W',
      repetitions: 3,
      medianMs: 200,
      minMs: 190,
      p10Ms: 192,
      p90Ms: 208,
      firstMs: 900,
      gflops: 40,
      matmulShare: 0.8,
      millionNormals: null,
    });
    expect(of('variational step')?.ratioToDeterministic).toBeCloseTo(200 / 85, 12);
    // Its own products were not timed, so that there is nothing to hold it against.
    expect(of('deterministic step')).toMatchObject({ matmulShare: null, ratioToDeterministic: 1 });
    expect(of('sampled prediction')).toMatchObject({ ratioToDeterministic: 320 / 8 / 20 });
    expect(of('noise')).toMatchObject({ gflops: null, matmulShare: null, ratioToDeterministic: null });
    expect(of('noise')?.millionNormals).toBeCloseTo(250, 9);
  });
});
