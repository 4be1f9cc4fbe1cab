import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Cell, fitPreprocessing, preprocess } from '../../src/index.js';

interface Fixture {
  readonly train: Readonly<Record<string, readonly Cell[]>>;
  readonly new: Readonly<Record<string, readonly Cell[]>>;
  readonly columns: readonly {
    readonly name: string;
    readonly mean?: number;
    readonly deviation?: number;
    readonly categories?: readonly string[];
  }[];
  readonly inputs: readonly (readonly number[])[];
}

const path = new URL('../../fixtures/preprocessing.json', import.meta.url);
const { tables } = JSON.parse(readFileSync(path, 'utf8')) as { readonly tables: readonly Fixture[] };
const tableOf = (columns: Readonly<Record<string, readonly Cell[]>>) => ({
  rows: Object.values(columns)[0].length,
  columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
});

describe.each(tables)("scikit-learn's preprocessing, table %#", (fixture) => {
  const train = tableOf(fixture.train);
  const learned = fitPreprocessing(train);

  it('has the same means, deviations and categories', () => {
    for (const [i, rule] of learned.columns.entries()) {
      const { name, mean = 0, deviation = 0, categories } = fixture.columns[i];
      expect(rule.name).toBe(name);
      if (rule.kind === 'category') expect(rule.categories).toEqual(categories);
      else {
        // Each of the rows adds a rounding of the mean, which the deviation sees relative to itself.
        const bound = train.rows * 2 ** -52 * (Math.abs(mean) + deviation);
        expect(Math.abs(rule.mean - mean)).toBeLessThan(bound);
        expect(Math.abs(rule.deviation - deviation)).toBeLessThan(bound);
      }
    }
  });

  it('gives the same inputs for new rows', () => {
    const { inputs } = preprocess(learned, tableOf(fixture.new));
    const expected = fixture.inputs.flat();
    expect(inputs.length).toBe(expected.length);
    const condition = Math.max(...fixture.columns.map(({ mean = 0, deviation = 1 }) => Math.abs(mean) / deviation));
    expected.forEach((value, i) => {
      const bound = 2 ** -24 * Math.abs(value) + train.rows * 2 ** -52 * condition * (1 + Math.abs(value));
      expect(Math.abs(inputs[i] - value)).toBeLessThanOrEqual(bound);
    });
  });
});
