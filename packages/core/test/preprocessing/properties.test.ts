import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createPreprocessingFitter,
  fitPreprocessing,
  inputNames,
  preprocess,
  preprocessInputs,
  readPreprocessing,
  targetUnits,
} from '../../src/index.js';
import { blocksOf, randomTable, rowsOf } from './tables.js';

const options = { targets: 'y', weights: 'w', kinds: { y: 'number' } } as const;

describe('preprocessing of any table', () => {
  it('is the same however the rows are cut into blocks, to the last bit', () => {
    fc.assert(
      fc.property(randomTable, fc.integer({ min: 1, max: 41 }), (table, size) => {
        const fitter = createPreprocessingFitter(options);
        for (const block of blocksOf(table, size)) fitter.add(block);
        const whole = fitPreprocessing(table, options);
        expect(fitter.finish()).toEqual(whole);

        const all = preprocess(whole, table);
        const parts = blocksOf(table, size).map((block) => preprocess(whole, block));
        for (const name of ['inputs', 'targets', 'weights'] as const) {
          expect(parts.flatMap((part) => [...(part[name] ?? [])])).toEqual([...(all[name] ?? [])]);
        }
      }),
    );
  });

  it('is the same after JSON, and reads the same rows', () => {
    fc.assert(
      fc.property(randomTable, (table) => {
        const learned = fitPreprocessing(table, options);
        const read = readPreprocessing(JSON.parse(JSON.stringify(learned)));
        expect(read).toEqual(learned);
        expect(preprocess(read, table)).toEqual(preprocess(learned, table));
        expect(preprocessInputs(read, rowsOf(table, 1, table.rows))).toEqual(
          preprocess(learned, table).inputs.slice(inputNames(learned).length),
        );
      }),
    );
  });

  it('has one input for each name, whichever order the columns are in', () => {
    fc.assert(
      fc.property(randomTable, (table) => {
        const learned = fitPreprocessing(table, options);
        const { inputs } = preprocess(learned, table);
        expect(inputs.length).toBe(table.rows * inputNames(learned).length);
        expect(inputs.every(Number.isFinite)).toBe(true);
        const turned = { ...table, columns: [...table.columns].reverse() };
        expect(preprocessInputs(learned, turned)).toEqual(inputs);
      }),
    );
  });

  it("gives targets that come back in the column's units", () => {
    fc.assert(
      fc.property(randomTable, (table) => {
        const learned = fitPreprocessing(table, options);
        const { targets } = preprocess(learned, table);
        const given = Array.from(table.columns.find(({ name }) => name === 'y')?.values ?? [], Number);
        const { values, shift, scale } = targetUnits(learned);
        // A standardized target is within √rows of 0 and is rounded to float32.
        const bound = 2 ** -23 * Math.sqrt(table.rows) * scale[0] + 2 ** -50 * Math.abs(shift[0]);
        values(targets).forEach((value, i) => {
          expect(Math.abs(value - given[i])).toBeLessThanOrEqual(bound);
        });
      }),
    );
  });
});
