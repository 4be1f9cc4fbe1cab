import { tableFromRows } from '@vardrop/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folds, fromRows, split, splitSource } from '../src/index.js';
import { blocksOf } from './fixture.js';

const tables = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 }).map((classes) => ({
  classes,
  table: tableFromRows(classes.map((kind, id) => ({ id, kind }))),
}));
const idsOf = (table: { readonly columns: readonly { readonly values: ArrayLike<unknown> }[] }) =>
  Array.from(table.columns[0].values, Number);

describe('split', () => {
  it('deals out each row once, in the shares that are asked for, of each class too', () => {
    fc.assert(
      fc.property(tables, fc.nat(1000), fc.boolean(), ({ classes, table }, seed, stratified) => {
        const parts = { train: 0.7, validation: 0.1, test: 0.2 };
        const options = { parts, seed, ...(stratified ? { stratify: 'kind' } : {}) };
        const dealt = split(table, options);
        const ids = Object.values(dealt).flatMap(idsOf);
        expect(ids.sort((a, b) => a - b)).toEqual(classes.map((_, id) => id));
        for (const name of ['train', 'validation', 'test'] as const) {
          const own = idsOf(dealt[name]);
          expect(own).toEqual([...own].sort((a, b) => a - b));
          expect(Math.abs(own.length - parts[name] * classes.length)).toBeLessThanOrEqual(1);
          for (const kind of stratified ? ['a', 'b', 'c'] : []) {
            const all = classes.filter((each) => each === kind).length;
            const some = own.filter((id) => classes[id] === kind).length;
            expect(Math.abs(some - parts[name] * all)).toBeLessThanOrEqual(2);
          }
          expect(dealt[name].rowNumbers).toEqual(own.map((id) => id + 1));
        }
        expect(split(table, options)).toEqual(dealt);
      }),
    );
  });

  it('is another for another seed, and the same for the same', () => {
    const table = tableFromRows(Array.from({ length: 50 }, (_, id) => ({ id })));
    const parts = { a: 1, b: 1 };
    expect(split(table, { parts, seed: 1 })).not.toEqual(split(table, { parts, seed: 2 }));
    expect(split(table, { parts })).toEqual(split(table, { parts, seed: 0 }));
  });

  it('puts every row into a part equally often', () => {
    const table = tableFromRows(Array.from({ length: 10 }, (_, id) => ({ id })));
    const counts = new Array(10).fill(0);
    const seeds = 2000;
    for (let seed = 0; seed < seeds; seed++) {
      for (const id of idsOf(split(table, { parts: { a: 0.3, b: 0.7 }, seed }).a)) counts[id] += 1;
    }
    // Binomial(2000, 0.3) is within six deviations but once in 5e8 times.
    for (const count of counts) expect(Math.abs(count - 0.3 * seeds)).toBeLessThan(6 * Math.sqrt(seeds * 0.3 * 0.7));
  });
});

it('folds test every row once, and train on the others', () => {
  fc.assert(
    fc.property(tables, fc.integer({ min: 2, max: 5 }), fc.nat(100), ({ classes, table }, count, seed) => {
      fc.pre(count <= classes.length);
      const all = classes.map((_, id) => id);
      const dealt = folds(table, { folds: count, seed, stratify: 'kind' });
      expect(dealt.flatMap(({ test }) => idsOf(test)).sort((a, b) => a - b)).toEqual(all);
      for (const { train, test } of dealt) {
        expect([...idsOf(train), ...idsOf(test)].sort((a, b) => a - b)).toEqual(all);
      }
    }),
  );
});

describe('splitSource', () => {
  it('deals out each row once, however the source is cut into blocks, in about the shares', async () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id }));
    const parts = splitSource(fromRows(rows), { parts: { train: 3, test: 1 }, seed: 5 });
    const [train, test] = [await parts.train.table(), await parts.test.table()];
    expect([...idsOf(train), ...idsOf(test)].sort((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
    // Six deviations of a binomial.
    expect(Math.abs(test.rows - 5000)).toBeLessThan(6 * Math.sqrt(20_000 * 0.25 * 0.75));
    expect(test.rowNumbers).toEqual(idsOf(test).map((id) => id + 1));
    expect(await parts.test.rows()).toBe(test.rows);

    const whole = fromRows(rows);
    const [table] = await blocksOf(whole);
    const cut = {
      ...whole,
      async *blocks() {
        for (let at = 0; at < 20_000; at += 777) {
          const end = Math.min(at + 777, 20_000);
          const columns = table.columns.map(({ name, values }) => ({
            name,
            values: Array.from(values).slice(at, end),
          }));
          yield { rows: end - at, columns, firstRow: at + 1 };
        }
      },
    };
    const again = splitSource(cut, { parts: { train: 3, test: 1 }, seed: 5 });
    expect(idsOf(await again.test.table())).toEqual(idsOf(test));
  });
});

it.each([
  ['no parts', () => split(tableFromRows([{ a: 1 }]), { parts: {} }), /parts: got an object with nothing in it/],
  ['a negative share', () => split(tableFromRows([{ a: 1 }]), { parts: { a: -1 } }), /needs positive shares/],
  ['another column', () => split(tableFromRows([{ a: 1 }]), { parts: { a: 1 }, stratify: 'b' }), /stratify: got 'b'/],
  ['one fold', () => folds(tableFromRows([{ a: 1 }, { a: 2 }]), { folds: 1 }), /folds: got 1, needs/],
  ['more folds than rows', () => folds(tableFromRows([{ a: 1 }, { a: 2 }]), { folds: 3 }), /2 to the 2 rows/],
  [
    'shares of a source',
    () => splitSource(fromRows([{ a: 1 }]), { parts: { a: Number.NaN } }),
    /needs positive shares/,
  ],
])('%s: refused', (_name, act, message) => {
  expect(act).toThrow(expect.objectContaining({ code: 'VARDROP_OPTION', message: expect.stringMatching(message) }));
});
