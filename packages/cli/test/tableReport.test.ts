import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../src/report/renderReport.js';
import { printSummary, reportJson } from '../src/report/summary.js';
import type { TrainingReport } from '../src/report/trainingReport.js';
import { sampleReport } from './sampleReport.js';

const { epochs, layers, configuration } = sampleReport();
const run = { dataTerm: 1.2, kl: 12, sparsity: 0, seconds: 3, backend: 'tfjs:wasm', noise: 'sparse', seed: 1 };
const evil = '<b onload="x">';

/** A report of a table with two columns of numbers as targets. */
const numbers: TrainingReport = {
  configuration,
  one: 'row',
  summary: { ...run, nll: 2.31, rmse: 3.42, crps: 1.75, coverage50: 0.52, coverage90: 0.91 },
  epochs: epochs.map(({ validationError: _, ...epoch }) => epoch),
  layers,
  regression: ['price', evil].map((target) => ({
    target,
    rows: 500,
    pitTargets: 2,
    points: Array.from({ length: 40 }, (_, i) => ({ target: i, mean: i + Math.sin(i), lower: i - 3, upper: i + 3 })),
    pit: Array.from({ length: 10 }, (_, i) => ({ lower: i / 10, upper: (i + 1) / 10, share: 0.08 + i / 225 })),
    intervals: [
      { level: 0.5, coverage: 0.52, width: 2.5 },
      { level: 0.9, coverage: 0.91, width: 6.25 },
    ],
    noise: [{ name: 'of the targets', minimum: 1, median: 2, maximum: 4 }],
  })),
  columns: Array.from({ length: 43 }, (_, i) => ({ name: i === 7 ? evil : `column ${i}`, alpha: 10 ** (i / 10 - 2) })),
  notes: [`target ${evil}: numbers`],
};

/** A report of a table whose target is yes or no. */
const answers: TrainingReport = {
  configuration,
  one: 'row',
  summary: {
    ...run,
    nll: 0.31,
    testError: 0.1,
    testCount: 50,
    ece: 0.02,
    brier: 0.2,
    auroc: 0.93,
    averagePrecision: 0.8,
  },
  epochs,
  layers,
  reliability: sampleReport().reliability,
  binary: [
    {
      name: evil,
      rows: 50,
      positives: 20,
      roc: [0, 0.2, 1].map((rate) => ({ falsePositiveRate: rate, truePositiveRate: Math.sqrt(rate) })),
      auroc: 0.93,
      averagePrecision: 0.8,
      bins: [
        { lower: 0, upper: 0.5, count: 30, accuracy: 0.1, confidence: 0.2 },
        { lower: 0.5, upper: 1, count: 20, accuracy: 0.85, confidence: 0.8 },
        { lower: 1, upper: 1, count: 0, accuracy: 0, confidence: 0 },
      ],
    },
  ],
};

const open = (report: TrainingReport) => parseHTML(renderReport(report)).document;
const headings = (report: TrainingReport) => [...open(report).querySelectorAll('h2')].map((each) => each.textContent);
const figure = (report: TrainingReport, heading: string) => {
  const all = [...open(report).querySelectorAll('figure')];
  const found = all.find((each) => each.querySelector('figcaption')?.textContent?.startsWith(heading));
  if (!found) throw new Error(`no figure ${heading}`);
  return found;
};

describe('a report of numbers', () => {
  test('has the sections of its task', () => {
    expect(headings(numbers)).toEqual([
      'Learning curves',
      'Predictions',
      'Noise by layer',
      'Noise over the columns',
      'Said about the data',
      'Configuration',
    ]);
    expect(figure(numbers, 'Predictions against').querySelectorAll('circle')).toHaveLength(40);
    expect(figure(numbers, 'Predictions against').textContent).toContain('40 of 500 test rows');
    expect(figure(numbers, 'Residuals').querySelectorAll('circle')).toHaveLength(40);
    expect(figure(numbers, 'Probability integral').querySelectorAll('[aria-label="rect"] rect')).toHaveLength(10);
    expect(figure(numbers, 'Validation NLL').querySelectorAll('path').length).toBeGreaterThan(0);
    expect(figure(numbers, 'Objective').textContent).toContain('nats per row');
  });

  test('shows the columns with the smallest α first', () => {
    const chart = figure(numbers, 'α of the first layer');
    expect(chart.textContent).toContain('the 40 smallest of 43');
    expect(chart.querySelectorAll('circle')).toHaveLength(40);
    expect(renderReport({ ...numbers, columns: [] })).toContain('No α of the first layer is a positive number');
  });

  test('says the share of targets in each interval, with its own interval', () => {
    const table = open(numbers).querySelector('[aria-label="Intervals of price"]')?.textContent ?? '';
    expect(table).toMatch(/50 %\s*52\.0 %\s*47\.\d % – 56\.\d %\s*2\.50/);
  });

  test('has its measures in tiles, JSON and print', () => {
    const tiles = open(numbers).querySelector('.tiles')?.textContent ?? '';
    for (const text of ['RMSE', '3.42', 'CRPS', '1.75', '91.0 %', 'nats per test row']) expect(tiles).toContain(text);
    expect(reportJson(numbers)).toEqual({
      rmse: 3.42,
      nll: 2.31,
      crps: 1.75,
      coverage50: 0.52,
      coverage90: 0.91,
      kl: 12,
      seconds: 3,
      backend: 'tfjs:wasm',
      noise: 'sparse',
      seed: 1,
    });
    expect(printSummary(numbers)).toMatch(/^RMSE +3\.42\nNLL +2\.31 nats per row\nCRPS +1\.75\n50 % interval +52\.0 %/);
  });

  test('compares runs by the measures that they have', () => {
    const runs = [1, 2].map((factor) => ({ ...numbers.summary, noise: `n${factor}`, rmse: 3.42 * factor }));
    const page = open({ ...numbers, runs });
    const table = page.querySelector('[aria-label="Noise models side by side"]');
    expect([...(table?.querySelectorAll('thead th') ?? [])].map((each) => each.textContent).slice(0, 4)).toEqual([
      'noise',
      'RMSE',
      'NLL',
      'CRPS',
    ]);
    expect(table?.querySelector('td b')?.textContent).toBe('3.42');
    expect(printSummary({ ...numbers, runs })).toMatch(/^noise +RMSE +NLL +CRPS/m);
  });
});

test('a report of yes or no has ROC and calibration', () => {
  expect(headings(answers)).toEqual(['Learning curves', 'Calibration', 'Yes or no', 'Noise by layer', 'Configuration']);
  expect(figure(answers, 'ROC of').textContent).toContain('20 of 50 test rows');
  expect(figure(answers, 'Share of').querySelectorAll('circle')).toHaveLength(2);
  expect(figure(answers, 'Rows by confidence').textContent).toContain('in all');
});

test('no text of a report becomes markup, and nothing is left open', () => {
  for (const report of [numbers, answers]) {
    expect(open(report).querySelectorAll('[onload]')).toHaveLength(0);
    expect(renderReport(report)).not.toMatch(/NaN|undefined|\[object/);
  }
});
