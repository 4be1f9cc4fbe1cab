import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchFindings } from '../../src/bench/benchFindings.js';
import type { BenchReport, BenchResult } from '../../src/bench/benchReport.js';
import { compareBenchReports } from '../../src/bench/compareBenchReports.js';
import { readBenchReport } from '../../src/bench/readBenchReport.js';
import { type RoundTimes, recommend } from '../../src/bench/recommend.js';
import { createRandom, workloadW } from '../../src/bench/workload.js';

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
    recommendation: 'Train on a.\nPredict on b.',
    interrupted: false,
    ...others,
  };
}

describe('recommend', () => {
  const workloads = [one, workloadW];

  /** Twenty rounds around a time. */
  function timed(backend: string, milliseconds: number, others: Partial<RoundTimes> = {}): RoundTimes {
    const times = Array.from(
      { length: 20 },
      (_, round) => milliseconds * (1 + 0.01 * Math.sin(round * backend.charCodeAt(0))),
    );
    return { backend, workload: 'W', variant: 'variational step', times, ...others };
  }

  const line = (results: readonly RoundTimes[], backends = ['a', 'b', 'c', 'd'], number = 0) =>
    recommend(backends, workloads, results)?.split('\n')[number];

  /** Whether a single backend is named, which one. */
  const winner = (all: readonly (readonly number[])[]) =>
    /: (\w) \([^)]+\), [\d.]+ times /.exec(`${line(all.map((times, i) => timed('abcd'[i], 1, { times })))}`)?.[1];

  const time = fc.double({ min: 1, max: 2, noNaN: true });

  it('names the quickest for training, and by how much', () => {
    expect(line([timed('a', 180), timed('b', 54), timed('c', 400)])).toMatch(
      /^To train on 1000 rows at a time \(workload W\): b \(54 ms\), 3\.3 times \(3\.[23]–3\.[34]\) as fast as the next, a \(180 ms\)\.$/,
    );
    expect(line([timed('a', 180)])).toMatch(/: a \(180 ms\), the only one that was measured\.$/);
  });

  it('names all that it cannot tell from the quickest', () => {
    const alternating = timed('a', 180).times.map((milliseconds, round) => milliseconds * (round % 2 ? 0.99 : 1.01));
    expect(line([timed('a', 0, { times: alternating }), timed('b', 180), timed('c', 400)])).toMatch(
      /: no clear difference between [ab] \(180 ms\) and [ab] \(180 ms\)\.$/,
    );
  });

  it('recommends by use and by size of minibatches', () => {
    const small = { workload: one.name };
    const predicts = { variant: 'sampled prediction' } as const;
    const results = [
      ...[timed('a', 10), timed('b', 20)],
      ...[timed('a', 3, small), timed('b', 1, small)],
      ...[timed('a', 40, predicts), timed('b', 10, predicts)],
      ...[timed('a', 5, { ...predicts, ...small }), timed('b', 5, { ...predicts, ...small })],
      // Slower in the means, which say nothing of samples.
      ...[timed('a', 1, { variant: 'mean prediction' }), timed('b', 9, { variant: 'mean prediction' })],
    ];
    const lines = recommend(['a', 'b'], workloads, results)?.split('\n');
    expect(lines?.map((text) => text.split(' times ')[0])).toEqual([
      'To train on 1000 rows at a time (workload W): a (10 ms), 2.0',
      'To train on single rows at a time (“500 units, batch 1”): b (1.0 ms), 3.0',
      'To predict 1000 rows at a time (workload W): b (10 ms), 4.0',
      expect.stringContaining('To predict single rows at a time (“500 units, batch 1”): no clear difference between'),
    ]);
  });

  it('tells equal backends apart in at most one of twenty cases, exactly', () => {
    // Of equal backends the two times of a round may as well be swapped, each way with probability ½.
    const rounds = fc
      .integer({ min: 6, max: 9 })
      .chain((count) => fc.array(fc.tuple(time, time), { minLength: count, maxLength: count }));
    fc.assert(
      fc.property(rounds, (pairs) => {
        const swaps = 2 ** pairs.length;
        let told = 0;
        for (let swap = 0; swap < swaps; swap++) {
          const swapped = [0, 1].map((side) => pairs.map((pair, round) => pair[side ^ ((swap >> round) & 1)]));
          if (winner(swapped)) told++;
        }
        expect(told / swaps).toBeLessThanOrEqual(0.05);
      }),
      { numRuns: 20 },
    );
  });

  it('seldom names one of several equal backends', () => {
    const random = createRandom(11);
    const trials = 1000;
    for (const count of [3, 4]) {
      let told = 0;
      for (let trial = 0; trial < trials; trial++) {
        if (winner(Array.from({ length: count }, () => Array.from({ length: 10 }, () => 1 + random() ** 4)))) told++;
      }
      // A count of Bin(1000, 0.05) above it has a probability below 1e-9.
      expect(told).toBeLessThanOrEqual(96);
    }
  });

  it('names the one that is faster in each round, whatever the load of the machine does', () => {
    const loads = fc.array(fc.double({ min: 1, max: 50, noNaN: true }), { minLength: 6, maxLength: 20 });
    fc.assert(
      fc.property(loads, fc.double({ min: 1.05, max: 3, noNaN: true }), (load, factor) => {
        expect(winner([load.map((each) => each * factor), load, load.map((each) => each * factor * 2)])).toBe('b');
      }),
    );
  });

  it('names none on fewer than six runs, and compares with none that has fewer', () => {
    const few = (backend: string, milliseconds: number, count: number) =>
      timed(backend, 0, { times: Array.from({ length: count }, () => milliseconds) });
    for (let count = 1; count < 6; count++) {
      expect(line([few('a', 20, count), timed('b', 100)])).toContain(
        `: too few runs to tell: a (20 ms) has ${count}, needs 6.`,
      );
      expect(line([timed('a', 20), few('b', 60, count)])).toMatch(
        /: a \(20 ms\), the only one with enough runs; too few runs to compare: b \(60 ms\)\.$/,
      );
      expect(line([timed('a', 20), few('b', 60, count), timed('c', 40)])).toMatch(
        /: a \(20 ms\), 2\.0 times .* the next, c \(40 ms\); too few runs to compare: b \(60 ms\)\.$/,
      );
    }
    expect(line([few('a', 20, 6), few('b', 100, 6)])).toContain(': a (20 ms), 5.0 times (5.0–5.0) as fast');
  });

  it('recommends no peer, goes without W, and says nothing of nothing', () => {
    expect(line([timed('a', 180), timed('peer', 54)])).toContain(': a (180 ms), the only one');
    expect(line([timed('a', 2, { workload: one.name })])).toMatch(/^To train on single rows .*“500 units, batch 1”/);
    expect(line([timed('a', 3, { variant: 'mean prediction' })])).toMatch(/^To predict 1000 rows/);
    expect(line([])).toBeUndefined();
    expect(line([timed('a', 3, { times: [] })])).toBeUndefined();
    expect(line([timed('a', 3, { variant: 'noise' })])).toBeUndefined();
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
    expect(sentences).toEqual([
      'Imagined Processor, 2 cores, Node 20, load 0.5 before and 1.5 after.',
      'Train on a.',
      'Predict on b.',
    ]);
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

  it('shows only what there are numbers for after an early interruption', () => {
    const backends = [{ name: 'a', startMs: 5, memory: null }];
    const early = report([], { backends, recommendation: null, interrupted: true });
    const { tables, charts, sentences } = benchFindings(early);
    expect(tables.map(({ columns, rows }) => [columns, ...rows])).toEqual([
      [
        ['backend', 'start ms'],
        ['a', '5.0'],
      ],
    ]);
    expect(tables[0].note).not.toContain('Memory');
    expect(charts).toEqual([]);
    expect(sentences[1]).toBe('The run was interrupted. This report shows what was measured before.');
  });

  it('ends with the recommendation after a comparison', () => {
    const earlier = report([result('a', 250), result('d', 3)]);
    const { tables, sentences } = benchFindings(full, compareBenchReports(earlier, full));
    expect(tables.at(-1)?.rows).toEqual([['a', 'W', 'variational step', '250', '188', '0.75', 'quicker']]);
    expect(sentences[1]).toContain('1 quicker, 0 slower');
    expect(sentences).toContain('Measured before and not now: d, W, variational step.');
    expect(sentences.slice(-2)).toEqual(['Train on a.', 'Predict on b.']);
  });
});
