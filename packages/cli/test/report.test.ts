import { decode } from 'fast-png';
import { parseHTML } from 'linkedom';
import { describe, expect, test, vi } from 'vitest';
import { countByLogAlpha } from '../src/report/alphaHistograms.js';
import { inputAlphaOf } from '../src/report/inputAlpha.js';
import { logarithmicTicks } from '../src/report/logarithmicTicks.js';
import { greyUri } from '../src/report/png.js';
import { renderReport } from '../src/report/renderReport.js';
import { proportionInterval, spread } from '../src/report/statistics.js';
import type { LayerReport, TrainingReport } from '../src/report/trainingReport.js';
import { sampleComparison, sampleReport } from './sampleReport.js';

const report = sampleReport();
const page = renderReport(report);
const open = (text: string) => parseHTML(text).document;

/** The figure or section whose heading starts with a text. */
function part(text: string, selector: string, heading: string): Element {
  const found = [...open(text).querySelectorAll(selector)].find((element) =>
    element.querySelector('h2, figcaption')?.textContent?.startsWith(heading),
  );
  if (found === undefined) throw new Error(`no ${selector} "${heading}"`);
  return found;
}

describe('the page', () => {
  test('needs nothing but itself and runs no script', () => {
    const references = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target);
    expect(references.length).toBeGreaterThan(20);
    for (const target of references) expect(target).toMatch(/^data:image\/png;base64,/);
    expect(page).not.toMatch(/<script|<link|@import|url\(|\son\w+=/i);
    expect(page).toContain("default-src 'none'");
  });

  test('is the same for the same report', () => {
    expect(renderReport(sampleReport())).toBe(page);
  });

  test('has no holes: no NaN, undefined or [object', () => {
    for (const text of [page, renderReport(sampleComparison())]) {
      expect(text).not.toMatch(/NaN|undefined|\[object/);
    }
  });

  test('has tables with names, which the keyboard can scroll', () => {
    const tables = [...open(renderReport(sampleComparison())).querySelectorAll('table')];
    expect(tables).toHaveLength(2);
    for (const { parentElement } of tables) {
      expect(parentElement?.getAttribute('aria-label')).toBeTruthy();
      expect(parentElement?.getAttribute('tabindex')).toBe('0');
    }
  });

  test('shows the measures of the summary', () => {
    const tiles = open(page).querySelector('.tiles')?.textContent ?? '';
    for (const text of [
      '2.65 %',
      '53 of 2,000',
      '0.0893',
      '0.81 %',
      '0.0402',
      '0.0412',
      '43,172',
      '87.1 %',
      '74.2 s',
    ]) {
      expect(tiles).toContain(text);
    }
  });

  test('escapes every text of the report', () => {
    const evil = `<img src=x onerror="alert('1')">&`;
    const hostile = renderReport({
      ...report,
      configuration: { [evil]: evil },
      summary: { ...report.summary, noise: evil, backend: evil },
      layers: report.layers.map((layer) => ({
        ...layer,
        name: evil,
        kind: evil,
        alpha: layer.alpha && { ...layer.alpha, granularity: evil },
      })),
      runs: sampleComparison().runs?.map((run) => ({ ...run, noise: evil })),
    });
    const foreign = open(hostile).querySelectorAll('[onerror], img:not([src^="data:image/png"])');
    expect([...foreign].map((element) => element.outerHTML)).toEqual([]);
    expect(part(hostile, 'section', 'Configuration').querySelector('dd')?.textContent).toBe(evil);
  });

  test('says that a training was stopped, and only then', () => {
    expect(page).not.toContain('was stopped');
    expect(renderReport({ ...report, interrupted: true })).toContain('The training was interrupted');
  });
});

describe('plots', () => {
  test('learning curves have a point an epoch', () => {
    for (const [heading, lines] of [
      ['Objective', 2],
      ['KL', 1],
      ['Validation error', 1],
    ] as const) {
      const figure = part(page, 'figure', heading);
      expect(figure.querySelectorAll('[aria-label="line"] path')).toHaveLength(lines);
      expect(figure.querySelectorAll('[aria-label="dot"] circle').length).toBeGreaterThanOrEqual(20 * lines);
    }
  });

  test('validation is left out where it was not measured, and one epoch is drawn as well', () => {
    const [first] = report.epochs;
    const text = renderReport({ ...report, epochs: [{ ...first, validationError: undefined }] });
    expect(() => part(text, 'figure', 'Validation error')).toThrow();
    expect(part(text, 'figure', 'KL').querySelectorAll('circle')).toHaveLength(1);
    expect(renderReport({ ...report, epochs: [] })).toContain('No epoch was completed');
  });

  test('an α histogram for each layer accounts for all values', () => {
    const domain = { lower: -2, upper: 2, bins: 4 };
    expect(countByLogAlpha([1e-9, 0, 0.05, 0.5, 1, 5, 99, 1e9, Number.POSITIVE_INFINITY], domain)).toEqual([
      3, 1, 2, 3,
    ]);
    expect(part(page, 'figure', 'dense 2').textContent).toContain('30,000 values, one per weight');
  });

  test('few α are listed instead', () => {
    const layers: LayerReport[] = [
      { name: 'one', kind: 'dense', parameters: 3, alpha: { values: [0.25], granularity: 'layer' } },
    ];
    expect(part(renderReport({ ...report, layers }), 'figure', 'one').textContent).toMatch(
      /one value for the layer.*α = 0\.250/s,
    );
  });

  test('the reliability diagram leaves out empty bins and counts the others', () => {
    const filled = report.reliability.bins.filter((bin) => bin.count > 0);
    const figure = part(page, 'figure', 'Images by confidence');
    const labels = [...figure.querySelectorAll('[aria-label="text"] text')].map((label) => label.textContent);
    expect(labels).toEqual(filled.map((bin) => bin.count.toLocaleString('en-US')));
    expect(part(page, 'figure', 'Accuracy').querySelectorAll('circle')).toHaveLength(filled.length);
  });

  test('a report without bins, layers or images says so', () => {
    const empty: TrainingReport = {
      ...report,
      layers: [],
      reliability: { bins: [], ece: 0 },
      uncertain: [],
      inputAlpha: undefined,
    };
    const text = renderReport(empty);
    for (const reason of ['No prediction was made', 'has no α', 'The first layer has no α', 'No test image']) {
      expect(text).toContain(reason);
    }
  });
});

describe('α over the input pixels', () => {
  const pixelsOf = (text: string) => {
    const source = part(text, 'figure', 'α of the first layer').querySelector('img')?.getAttribute('src') ?? '';
    return decode(Buffer.from(source.split(',')[1], 'base64'));
  };

  test('is an image of that size, dark for small and bright for large α', () => {
    const values = Float32Array.of(0.01, 0.1, 1, 10, 100, 1000);
    const image = pixelsOf(renderReport({ ...report, inputAlpha: { width: 3, height: 2, values } }));
    expect([image.width, image.height, image.channels]).toEqual([3, 2, 3]);
    // The ends of viridis.
    expect([...image.data.slice(0, 3)]).toEqual([68, 1, 84]);
    expect([...image.data.slice(15)]).toEqual([253, 231, 37]);
    const green = [0, 1, 2, 3, 4, 5].map((pixel) => image.data[3 * pixel + 1]);
    expect(green).toEqual([...green].sort((left, right) => left - right));
  });

  test('has a colour scale whose labels do not overlap, however close α are', () => {
    for (const width of [1e-4, 1e-3, 0.01, 0.1, 0.5]) {
      const values = Float32Array.from({ length: 4 }, (_, i) => 0.27 * (1 + (width * i) / 3));
      const drawn = part(renderReport({ ...report, inputAlpha: { width: 2, height: 2, values } }), 'figure', 'α of');
      const labels = [...drawn.querySelectorAll('[aria-label="x-axis tick label"] text')];
      const places = labels.map((label) => ({
        at: Number(label.getAttribute('transform')?.match(/translate\(([\d.]+)/)?.[1]),
        length: label.textContent?.length ?? 0,
      }));
      expect(places.length).toBeGreaterThan(0);
      for (let i = 1; i < places.length; i++) {
        // A digit of this size is 6.5 wide at most.
        const needed = ((places[i].length + places[i - 1].length) / 2) * 6.5;
        expect(places[i].at - places[i - 1].at).toBeGreaterThan(needed);
      }
    }
  });

  test('takes infinite and equal α', () => {
    const values = Float32Array.of(Number.POSITIVE_INFINITY, 1, 1, 0);
    const image = pixelsOf(renderReport({ ...report, inputAlpha: { width: 2, height: 2, values } }));
    expect([...image.data.slice(0, 3)]).toEqual([253, 231, 37]);
    expect([...image.data.slice(9)]).toEqual([68, 1, 84]);
  });

  test.each([
    ['layer', 'one α for the whole layer'],
    ['network', 'one α for the whole network'],
    ['output', 'one α per output unit'],
  ])('per %s is absent with the reason', (granularity, reason) => {
    const layers: LayerReport[] = [{ name: 'a', kind: 'dense', parameters: 1, alpha: { values: [1], granularity } }];
    expect(renderReport({ ...report, inputAlpha: undefined, layers })).toContain(reason);
  });

  test('is reduced from weights by the geometric mean over outputs', () => {
    const alpha = { values: Float32Array.of(1, 100, 0.01, 0.01, 2, 8, 5, 5), granularity: 'weight' };
    const reduced = inputAlphaOf({ alpha }, 2, 2);
    [10, 0.01, 4, 5].forEach((mean, input) => {
      // Means are stored as float32: half a unit in the last place, doubled for the logarithms in float64.
      expect(Math.abs((reduced?.values[input] ?? 0) / mean - 1)).toBeLessThan(2 ** -23);
    });
  });

  test('is taken as it is per input and absent for the rest', () => {
    const values = [1, 2, 3, 4];
    expect(inputAlphaOf({ alpha: { values, granularity: 'input' } }, 2, 2)?.values).toEqual(Float32Array.from(values));
    for (const granularity of ['network', 'layer', 'output']) {
      expect(inputAlphaOf({ alpha: { values, granularity } }, 2, 2)).toBeUndefined();
    }
    expect(inputAlphaOf({ alpha: { values, granularity: 'input' } }, 3, 2)).toBeUndefined();
    expect(inputAlphaOf({}, 2, 2)).toBeUndefined();
  });
});

describe('uncertain images', () => {
  test('are ranked by both measures', () => {
    const cards = [...part(page, 'section', 'Most uncertain').querySelectorAll('.card')];
    expect(cards).toHaveLength(report.uncertain.length);
    const ranks = (name: string) =>
      cards.map((card) => Number(new RegExp(`--${name}:(\\d+)`).exec(card.getAttribute('style') ?? '')?.[1]));
    expect(ranks('entropy')).toEqual(cards.map((_, index) => index));
    expect([...ranks('information')].sort((left, right) => left - right)).toEqual(ranks('entropy'));
    const most = report.uncertain.reduce((left, right) =>
      left.mutualInformation >= right.mutualInformation ? left : right,
    );
    expect(cards[ranks('information').indexOf(0)].textContent).toContain(`image${most.index}`);
  });

  test('say what is right and what is wrong', () => {
    const [image] = report.uncertain;
    const probabilities = [0.1, 0.6, 0.3];
    const card = (label: number) =>
      part(
        renderReport({ ...report, uncertain: [{ ...image, label, predicted: 1, probabilities }] }),
        'section',
        'Most uncertain',
      ).querySelector('.card');
    expect(card(1)?.querySelector('.verdict')?.textContent).toBe('1 right');
    expect(card(2)?.querySelector('.verdict')?.textContent).toBe('1 wrong, is 2');
    expect(card(2)?.querySelector('.is-wrong')?.getAttribute('title')).toBe('1: 60.0 %');
    expect(card(2)?.querySelector('.is-label')?.getAttribute('title')).toBe('2: 30.0 %');
    expect(card(1)?.querySelector('.is-wrong')).toBeNull();
  });

  test('of many classes show the ten likeliest', () => {
    const [image] = report.uncertain;
    const probabilities = Array.from({ length: 26 }, (_, index) => (index + 1) / 351);
    const text = renderReport({ ...report, uncertain: [{ ...image, label: 20, predicted: 25, probabilities }] });
    const bars = [...part(text, 'section', 'Most uncertain').querySelectorAll('.bar small')].map(
      (bar) => bar.textContent,
    );
    expect(bars).toEqual(['16', '17', '18', '19', '20', '21', '22', '23', '24', '25']);
  });

  test('are kept exactly in their PNG', () => {
    const uri = greyUri(Float32Array.of(0, 1 / 255, 128 / 255, 1, -3, 7), 3, 2).markup;
    const image = decode(Buffer.from(uri.split(',')[1], 'base64'));
    expect([image.width, image.height, [...image.data]]).toEqual([3, 2, [0, 1, 128, 255, 0, 255]]);
  });
});

describe('a comparison', () => {
  const text = renderReport(sampleComparison());

  test('has a row and a mark for each run, and marks the best', () => {
    const section = part(text, 'section', 'Noise models side by side');
    expect(section.querySelectorAll('tbody tr')).toHaveLength(6);
    expect(part(text, 'figure', 'Test error').querySelectorAll('circle')).toHaveLength(6);
    expect(part(text, 'figure', 'NLL').querySelectorAll('rect')).toHaveLength(6);
    expect(part(text, 'figure', 'Validation error by epoch').querySelectorAll('[aria-label="line"] path')).toHaveLength(
      6,
    );
    const best = [...section.querySelectorAll('td b')].map((cell) => cell.textContent);
    for (const value of ['2.65 %', '0.0890', '0.77 %']) expect(best).toContain(value);
    expect(() => part(page, 'section', 'Noise models side by side')).toThrow();
  });

  test('tells runs of one noise model apart', () => {
    const runs = (sampleComparison().runs ?? []).map((run) => ({ ...run, noise: 'variational-a', epochs: undefined }));
    const rows = [...open(renderReport({ ...report, runs })).querySelectorAll('tbody th')].map(
      (row) => row.textContent,
    );
    expect(rows.slice(0, 3)).toEqual(['variational-a', 'variational-a (2)', 'variational-a (3)']);
  });
});

describe('statistics', () => {
  test('the interval of a proportion solves (p̂ − p)² = z² p (1 − p) / n', () => {
    const z = 1.959963984540054;
    for (const [proportion, count] of [
      [0.0265, 2000],
      [0.5, 10],
      [0, 7],
      [1, 3],
    ]) {
      const { lower, upper } = proportionInterval(proportion, count);
      for (const end of [lower, upper]) {
        expect(Math.abs((proportion - end) ** 2 - (z * z * end * (1 - end)) / count)).toBeLessThan(1e-12);
      }
      expect(lower).toBeLessThanOrEqual(proportion);
      expect(upper).toBeGreaterThanOrEqual(proportion);
    }
  });

  test('spread takes infinities and leaves out NaN', () => {
    expect(spread([3, Number.NaN, 1, Number.POSITIVE_INFINITY, 2])).toEqual({
      minimum: 1,
      median: 2.5,
      maximum: Number.POSITIVE_INFINITY,
    });
    expect(spread([])).toBeUndefined();
  });

  test('logarithmic ticks are few', () => {
    expect(logarithmicTicks(0.03, 1.2)).toEqual([0.05, 0.1, 0.2, 0.5, 1]);
    expect(logarithmicTicks(0.00001, 2)).toEqual([0.00001, 0.0001, 0.001, 0.01, 0.1, 1]);
  });
});

describe('what there is nothing to show of', () => {
  test('noise without KL has one curve, and no axis of zeros', () => {
    const epochs = report.epochs.map((epoch) => ({ ...epoch, kl: 0, objective: epoch.dataTerm }));
    const text = renderReport({ ...report, epochs, layers: [] });
    expect(text).not.toMatch(/NaN|with weighted KL/);
    expect(() => part(text, 'figure', 'KL of the whole network')).toThrow();
    expect(part(text, 'figure', 'Objective').textContent).toContain('this noise has no KL');
  });
});

describe('unbounded α', () => {
  const exponents = Float64Array.from({ length: 2000 }, (_, i) => -3 + (i / 2000) * 15);
  const layer: LayerReport = {
    name: 'dense1',
    kind: 'dense',
    parameters: 2000,
    sparsity: 0.5,
    alpha: { granularity: 'weight', values: Float32Array.from([...exponents.map((x) => 10 ** x), Infinity, 1e30]) },
  };
  const figure = part(renderReport({ ...report, layers: [layer] }), 'figure', 'dense1');

  test('is spread over bars, its extremes apart', () => {
    const heights = [...figure.querySelectorAll('rect')].map((bar) => Number(bar.getAttribute('height')));
    expect(heights.length).toBeGreaterThan(20);
    // Values are spread evenly, so that no bar may be far above the others.
    expect(Math.max(...heights)).toBeLessThan((3 * heights.reduce((sum, height) => sum + height, 0)) / heights.length);
  });

  test('shows from where on it is pruned', () => {
    expect(figure.textContent).toContain('pruned beyond');
    expect(figure.textContent).not.toContain('α = 1');
  });
});

test('a comparison of errors that are close together has a scale all the same', () => {
  const compared = sampleComparison();
  const runs = compared.runs?.map((run, i) => ({
    ...run,
    epochs: [1, 2].map((epoch) => ({ ...report.epochs[0], epoch, validationError: 0.13 + 0.01 * (i % 3) })),
  }));
  const chart = part(renderReport({ ...compared, runs }), 'figure', 'Validation error by epoch');
  expect([...chart.querySelectorAll('[aria-label="y-axis tick label"] text')].length).toBeGreaterThan(1);
});

test('a comparison of one epoch draws without a warning of the chart library', () => {
  const compared = sampleComparison();
  const runs = compared.runs?.map((run) => ({ ...run, epochs: report.epochs.slice(0, 1) }));
  const warned = vi.spyOn(console, 'warn').mockReturnValue();
  expect(renderReport({ ...compared, runs })).not.toContain('\u26a0');
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});
