import type { Chart } from '@vardrop/experiments';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { findingsChart } from '../src/report/findingsChart.js';
import { numericColumns } from '../src/report/numericColumns.js';

const draw = (chart: Chart) =>
  parseHTML(`<!doctype html><html><body>${findingsChart(chart).markup}</body></html>`).document;

const chart: Chart = {
  title: 'Ratios',
  x: { label: 'epoch', logarithmic: true },
  y: { label: 'ratio', logarithmic: true },
  series: [
    {
      name: 'single',
      points: [
        { x: 10, y: 0.2, low: 0.1, high: 0.4 },
        { x: 100, y: 6, low: 5, high: 7 },
      ],
    },
    { name: 'local', points: [{ x: 10, y: 1 }] },
    {
      name: 'single, published',
      published: true,
      points: [
        { x: 10, y: 6.3 },
        { x: 100, y: 3.6 },
      ],
    },
  ],
};

describe('a chart of findings', () => {
  test('labels every tick of a logarithmic axis', () => {
    const labels = [...draw(chart).querySelectorAll('[aria-label="y-axis tick label"] text')].map(
      (text) => text.textContent,
    );
    expect(labels).toEqual(['0.1', '0.2', '0.5', '1', '2', '5']);
  });

  test('draws published series dashed, in the colour of their counterpart, and intervals', () => {
    const document = draw(chart);
    const [published, own] = [...document.querySelectorAll('g[aria-label="line"]')];
    expect(published.getAttribute('stroke-dasharray')).toBe('5 4');
    expect(own.hasAttribute('stroke-dasharray')).toBe(false);
    expect(published.querySelector('path')?.getAttribute('stroke')).toBe('var(--series-1)');
    expect(own.querySelector('path')?.getAttribute('stroke')).toBe('var(--series-1)');
    expect(document.querySelectorAll('g[aria-label="rule"] line')).toHaveLength(2);
    expect([...document.querySelectorAll('.entry')].map((entry) => entry.textContent?.trim())).toEqual([
      'single',
      'local',
      'single, published',
    ]);
    expect(document.querySelectorAll('.key.published')).toHaveLength(1);
  });

  test('leaves out what a logarithmic axis has no place for, and says when nothing is left', () => {
    const zero = { ...chart, series: [{ name: 'a', points: [{ x: 1, y: 0 }] }] };
    expect(draw(zero).body.textContent).toContain('Nothing has been measured yet.');
    expect(draw(zero).querySelector('svg')).toBeNull();
  });
});

test('columns of numbers are told from columns of words', () => {
  const rows = [
    ['a', '1,234', '1.83 ± 0.02', '7.81e6 ± 0.6 %', '−3', '4.10 %', '–', '1 to 2', ''],
    ['b', '12', '55.2 ± 6.0', '111 ± 2.3 %', '0.055', '6.55 %', '5', '3 to 4', '7.4 s'],
  ];
  expect(numericColumns(rows[0], rows)).toEqual([false, true, true, true, true, true, true, false, true]);
});
