import { describe, expect, it } from 'vitest';
import { benchFindings } from '../../src/bench/benchFindings.js';
import type { BenchReport, BenchResult } from '../../src/bench/benchReport.js';
import { compareBenchReports } from '../../src/bench/compareBenchReports.js';
import { readBenchReport } from '../../src/bench/readBenchReport.js';
import { recommend } from '../../src/bench/recommend.js';
import { workloadW } from '../../src/bench/workload.js';

const one = { name: '500 units, batch 1', widths: [784, 500, 500, 500, 10], batch: 1 };

function result(backend: string, medianMs: number, others: Partial<BenchResult> = {}): BenchResult {
  return {
    backend,
    workload: 'W',
    variant: 'variational step',
    repetitions: 20,
    medianMs,
    minMs: medianMs * 0.9,
    p10Ms: medianMs * 0.95,
    p90Ms: medianMs * 1.05,
    firstMs: medianMs * 3,
    gflops: 9200 / medianMs,
    matmulShare: 0.85,
    ratioToDeterministic: 2.25,
    millionNormals: null,
    ...others,
  };
}

function report(results: readonly BenchResult[], others: Partial<BenchReport> = {}): BenchReport {
  return {
    version: 1,
    machine: { description: 'Imagined Processor', runtime: 'Node 20', cores: 2, load: { before: 0.5, after: 1.5 } },
    options: { repetitions: 20, budgetSeconds: 12 },
    workloads: [one, workloadW],
    backends: [...new Set(results.map(({ backend }) => backend))].map((name) => ({ name, startMs: 5, memory: null })),
    unavailable: [],
    leftOut: [],
    results,
    recommendation: 'Train on a.',
    interrupted: false,
    ...others,
  };
}

describe('recommend', () => {
  const workloads = [one, workloadW];

  it('names the quickest on workload W, and by how much', () => {
    expect(recommend(['a', 'b'], workloads, [result('a', 180), result('b', 54)])).toBe(
      'Train on b: a variational step of workload W takes 54 ms there, 3.3 times less than on the next, a (180 ms).',
    );
  });

  it('says where the spreads overlap, and where there was nothing to compare with', () => {
    expect(recommend(['a', 'b'], workloads, [result('a', 180), result('b', 185)])).toBe(
      'Train on a: a variational step of workload W takes 180 ms there, with no clear difference to b (185 ms).',
    );
    expect(recommend(['a'], workloads, [result('a', 180)])).toContain('nothing else was measured on it.');
  });

  it('names another for the smallest minibatches only if that is quicker beyond the spread', () => {
    const results = [result('a', 180), result('b', 54)];
    const small = (a: number, b: number) => [
      result('a', a, { workload: one.name }),
      result('b', b, { workload: one.name }),
    ];
    expect(recommend(['a', 'b'], workloads, [...results, ...small(2, 6)])).toMatch(
      /; for a minibatch of one a is quicker \(2\.0 ms against 6\.0 ms\)\.$/,
    );
    expect(recommend(['a', 'b'], workloads, [...results, ...small(5.8, 6)])).not.toContain('minibatch');
  });

  it('recommends no peer, goes without W, and says nothing of nothing', () => {
    expect(recommend(['a'], workloads, [result('a', 180), result('peer', 54)])).toMatch(/^Train on a/);
    expect(recommend(['a'], workloads, [result('a', 2, { workload: one.name })])).toContain('“500 units, batch 1”');
    expect(recommend(['a'], workloads, [])).toBeNull();
    expect(recommend(['a'], workloads, [result('a', 3, { variant: 'noise' })])).toBeNull();
  });
});

describe('compareBenchReports', () => {
  const compare = (before: readonly BenchResult[], after: readonly BenchResult[]) =>
    compareBenchReports(report(before), report(after));

  it('calls a change inside the spread none, whichever spread it is', () => {
    const wide = { p10Ms: 80, p90Ms: 140 };
    expect(compare([result('a', 100)], [result('a', 104)]).changes[0]).toMatchObject({ change: 'none', ratio: 1.04 });
    expect(compare([result('a', 100)], [result('a', 120)]).changes[0]).toMatchObject({ change: 'slower', ratio: 1.2 });
    expect(compare([result('a', 100)], [result('a', 50)]).changes[0]).toMatchObject({ change: 'quicker', ratio: 0.5 });
    expect(compare([result('a', 100, wide)], [result('a', 120)]).changes[0].change).toBe('none');
    expect(compare([result('a', 100)], [result('a', 120, wide)]).changes[0].change).toBe('none');
  });

  it('says nothing of few runs', () => {
    const few = { repetitions: 4 };
    expect(compare([result('a', 100, few)], [result('a', 200)]).changes[0].change).toBe('unknown');
    expect(compare([result('a', 100)], [result('a', 200, few)]).changes[0].change).toBe('unknown');
  });

  it('pairs what is the same, sizes included, and lists the rest', () => {
    const before = report([result('a', 100), result('b', 100)]);
    const { changes, gone, added, sameMachine } = compareBenchReports(
      before,
      report([result('a', 100), result('c', 100)]),
    );
    expect(changes.map(({ backend }) => backend)).toEqual(['a']);
    expect([gone, added, sameMachine]).toEqual([['b, W, variational step'], ['c, W, variational step'], true]);
    const resized = report([result('a', 100)], { workloads: [one, { ...workloadW, batch: 999 }] });
    expect(compareBenchReports(before, resized).changes).toEqual([]);
    const elsewhere = report([], { machine: { description: 'Another', runtime: 'Node 20', cores: 2 } });
    expect(compareBenchReports(before, elsewhere).sameMachine).toBe(false);
  });
});

describe('readBenchReport', () => {
  const good = report([result('a', 100)]);

  it('reads what JSON.stringify wrote', () => {
    expect(readBenchReport(JSON.stringify(good), 'old.json')).toEqual(good);
  });

  it.each<[string, unknown, string]>([
    ['no object', [1], 'which has no version'],
    ['null', null, 'which has no version'],
    ['another kind of JSON', { epochs: 3 }, 'which has no version'],
    ['another version', { ...good, version: 2 }, 'of version 2'],
    ['no machine', { ...good, machine: undefined }, 'which names no machine'],
    ['no results', { ...good, results: {} }, 'which has no results'],
    ['a result without a median', { ...good, results: [{ ...good.results[0], medianMs: null }] }, 'result 1'],
    [
      'a result of no runs',
      { ...good, results: [good.results[0], { ...good.results[0], repetitions: 0 }] },
      'result 2',
    ],
    ['a workload without widths', { ...good, workloads: [{ name: 'W', batch: 3 }] }, 'workload 1 is incomplete'],
  ])('refuses %s', (_, json, message) => {
    expect(() => readBenchReport(JSON.stringify(json), 'old.json')).toThrowError(
      expect.objectContaining({ code: 'VARDROP_BENCH_REPORT', message: expect.stringContaining(message) }),
    );
  });

  it('refuses what is not JSON', () => {
    expect(() => readBenchReport('{', 'old.json')).toThrowError(
      expect.objectContaining({ code: 'VARDROP_BENCH_REPORT', message: expect.stringContaining('which is not JSON') }),
    );
  });
});

describe('benchFindings', () => {
  const full = report(
    [
      result('a', 187.5),
      result('a', 83.4, { variant: 'deterministic step', ratioToDeterministic: 1, matmulShare: 0.9 }),
      result('a', 160, { variant: 'variational products' }),
      result('a', 8.04, { workload: one.name, repetitions: 3 }),
      result('b', 9, { workload: one.name, ratioToDeterministic: null }),
    ],
    {
      unavailable: [{ backend: 'c', reason: 'not installed' }],
      leftOut: (['deterministic step', 'noise'] as const).map((variant) => ({
        backend: 'b',
        workload: 'W',
        variant,
        reason: 'over budget: 9 s of 6 s',
      })),
    },
  );

  it('shows medians with their spread, and what is missing with its reason', () => {
    const { tables, sentences } = benchFindings(full);
    const table = (title: string) => tables.find((each) => each.title.startsWith(title))?.rows;
    expect(table('A training step')).toEqual([
      ['a', '188 (178–197)', '83.4 (79.2–87.6)', '2.25', '49.1', '57.5', '85 %', '90 %'],
    ]);
    expect(table('A variational')).toEqual([
      ['500 units, batch 1', '8.0 (2.25, 85 %)', '9.0'],
      ['W', '188 (2.25, 85 %)', '–'],
    ]);
    expect(table('Not measured')).toEqual([
      ['c', 'all', 'all', 'not installed'],
      ['b', 'W', 'deterministic step, noise', 'over budget: 9 s of 6 s'],
    ]);
    expect(sentences).toEqual(['Imagined Processor, 2 cores, Node 20, load 0.5 before and 1.5 after.', 'Train on a.']);
  });

  it('draws time over batch for the layers of one size', () => {
    const { charts } = benchFindings(full);
    expect(charts).toHaveLength(1);
    expect(charts[0].x).toEqual({ label: 'batch', logarithmic: true });
    expect(charts[0].series[0]).toMatchObject({
      name: 'a',
      points: [
        { x: 1, y: 8.04 },
        { x: 1000, y: 187.5 },
      ],
    });
  });

  it('ends with the recommendation after a comparison', () => {
    const earlier = report([result('a', 250), result('d', 3)]);
    const { tables, sentences } = benchFindings(full, compareBenchReports(earlier, full));
    expect(tables.at(-1)?.rows).toEqual([['a', 'W', 'variational step', '250', '188', '0.75', 'quicker']]);
    expect(sentences[1]).toContain('1 quicker, 0 slower');
    expect(sentences).toContain('Measured before and not now: d, W, variational step.');
    expect(sentences.at(-1)).toBe('Train on a.');
  });
});
