import { expect, test } from 'vitest';
import { duration, significant } from '../src/report/format.js';
import { printSummary, reportJson, summaryJson } from '../src/report/summary.js';
import { sampleComparison, sampleReport } from './sampleReport.js';

test('the JSON of a run has exactly the eight keys', () => {
  expect(summaryJson(sampleReport().summary)).toEqual({
    testError: 0.0265,
    nll: 0.0893,
    ece: 0.0081,
    kl: 43172.4,
    seconds: 74.2,
    backend: 'tfjs:wasm',
    noise: 'sparse',
    seed: 1,
  });
  expect(reportJson(sampleReport())).toEqual(summaryJson(sampleReport().summary));
});

test('the JSON of a comparison has its runs, that of a stopped training says so', () => {
  expect(reportJson(sampleComparison()).runs?.map((run) => run.noise)).toEqual([
    'none',
    'bernoulli',
    'gaussian-a',
    'gaussian-b',
    'variational-a',
    'variational-b',
  ]);
  expect(reportJson({ ...sampleReport(), interrupted: true }).interrupted).toBe(true);
});

test('the printed summary has a line a measure, a layer and a run', () => {
  const lines = printSummary(sampleComparison()).split('\n');
  expect(lines).toContain('The last of the noise models, variational-b:');
  expect(lines).toContain('test error   2.75 %');
  expect(lines).toContain('NLL          0.0940 nats per image');
  expect(lines.find((line) => line.startsWith('dense 1'))).toMatch(/470,700 .* 62\.2 %$/);
  expect(lines.find((line) => line.startsWith('gaussian-b'))).toMatch(/3\.30 % +0\.121 +1\.43 % +0 +57\.0 s$/);
  expect(printSummary({ ...sampleReport(), interrupted: true })).toMatch(/^The training was interrupted/);
  const untrained = { ...sampleReport().summary, dataTerm: Number.NaN, kl: Number.NaN };
  expect(printSummary({ ...sampleReport(), summary: untrained })).not.toMatch(/^(data term|KL) /m);
});

test('columns line up', () => {
  const lines = printSummary(sampleReport()).split('\n');
  const start = lines.findIndex((line) => line.startsWith('layer '));
  const ends = lines.slice(start, start + 4).map((line) => line.length);
  expect(new Set(ends).size).toBe(1);
});

test('numbers are written for reading', () => {
  expect(
    [0, 0.0893, 12.345, 999.6, 43172.4, -2.5, 0.00001234, 1234567890, Number.NaN, Number.POSITIVE_INFINITY].map(
      (value) => significant(value),
    ),
  ).toEqual(['0', '0.0893', '12.3', '1,000', '43,172', '−2.50', '1.23 × 10⁻⁵', '1.23 × 10⁹', '–', '∞']);
  expect([8.24, 119.94, 119.96, 7190, 7200].map(duration)).toEqual([
    '8.2 s',
    '119.9 s',
    '2.0 min',
    '119.8 min',
    '2.0 h',
  ]);
});
