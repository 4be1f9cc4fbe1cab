import { describe, expect, it } from 'vitest';
import {
  type Cell,
  createPreprocessingFitter,
  fitPreprocessing,
  inputNames,
  preprocess,
  preprocessInputs,
  readPreprocessing,
  tableFromRows,
  targetUnits,
} from '../../src/index.js';

const table = (columns: Readonly<Record<string, readonly Cell[]>>) => ({
  rows: Object.values(columns)[0].length,
  columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
});

describe('kinds of columns', () => {
  it('are read from the values: numbers if all are', () => {
    const { columns } = fitPreprocessing(
      table({
        number: ['1', ' 2.5e0 ', '-.5'],
        hexadecimal: ['0x1F', '1', '2'],
        truth: [true, false, true],
        big: [1n, 2n, 4n],
        mixed: [1, 'a', 2],
      }),
    );
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['number', 'number'],
      ['hexadecimal', 'category'],
      ['truth', 'category'],
      ['big', 'number'],
      ['mixed', 'category'],
    ]);
  });

  it('are those that are given', () => {
    const { columns } = fitPreprocessing(table({ zip: ['0150', '5003', '0150'], size: ['S', 'L', 'S'] }), {
      kinds: { zip: 'category', size: ['S', 'M', 'L'] },
    });
    expect(columns).toEqual([
      { name: 'zip', kind: 'category', categories: ['0150', '5003'], missing: false },
      { name: 'size', kind: 'category', categories: ['S', 'M', 'L'], missing: false },
    ]);
  });

  it('are categories for targets of few whole numbers, each in ten rows', () => {
    const rows = (count: number) =>
      table({ x: Array.from({ length: count }, (_, i) => i), y: Array.from({ length: count }, (_, i) => i % 3) });
    expect(fitPreprocessing(rows(30), { targets: 'y' }).targets).toEqual([
      { name: 'y', kind: 'category', categories: ['0', '1', '2'] },
    ]);
    expect(fitPreprocessing(rows(29), { targets: 'y' }).targets[0].kind).toBe('number');
    expect(fitPreprocessing(rows(30), { targets: 'y', kinds: { y: 'counts' } }).targets[0].kind).toBe('counts');
  });

  it('find categories of numbers however they are written', () => {
    const learned = fitPreprocessing(table({ grade: ['10', '9', '10'] }), { kinds: { grade: 'category' } });
    expect(inputNames(learned)).toEqual(['grade=9', 'grade=10']);
    expect([...preprocessInputs(learned, table({ grade: [10, '9.0', '10'] }))]).toEqual([0, 1, 1, 0, 0, 1]);
  });
});

describe('inputs', () => {
  it('say where a value is missing, if one was in the training part', () => {
    const learned = fitPreprocessing(
      table({ a: [1, null, 3], b: [1, 2, 6], city: ['Oslo', '', 'Bergen'], gap: [5, null, 5] }),
    );
    expect(inputNames(learned)).toEqual([
      ...['a', 'a missing', 'b', 'city=Bergen', 'city=Oslo', 'city missing', 'gap missing'],
    ]);
    const inputs = preprocessInputs(learned, table({ a: ['NA'], b: [Number.NaN], city: [null], gap: [''] }));
    expect([...inputs]).toEqual([0, 1, 0, 0, 0, 1, 1]);
  });

  it('leave out columns that are the same in all rows', () => {
    const learned = fitPreprocessing(table({ same: [0.1, 0.1, 0.1], one: ['x', 'x', 'x'], a: [1, 2, 3] }));
    expect(inputNames(learned)).toEqual(['a']);
    expect([...preprocessInputs(learned, table({ same: [7], one: ['x'], a: [2] }))]).toEqual([0]);
  });

  it('are the columns that are asked for', () => {
    const data = table({ id: [1, 2, 3], a: [1, 2, 4], b: [3, 1, 1], y: [1, 2, 5] });
    expect(inputNames(fitPreprocessing(data, { targets: 'y', exclude: ['id'] }))).toEqual(['a', 'b']);
    expect(inputNames(fitPreprocessing(data, { inputs: ['b', 'a'] }))).toEqual(['b', 'a']);
    const series = fitPreprocessing(data, { inputs: ['y', 'a'], targets: 'y' });
    expect([inputNames(series), series.targets[0].name]).toEqual([['y', 'a'], 'y']);
    expect(readPreprocessing(series)).toEqual(series);
  });
});

describe('targets', () => {
  const data = table({
    x: [1, 2, 3, 4],
    price: [10, 20, 20, 30],
    sold: [0, 3, 1, 0],
    kind: ['b', 'a', 'b', 'c'],
    weight: [1, 0, 2.5, 1],
  });
  const learned = fitPreprocessing(data, {
    targets: ['price', 'sold', 'kind'],
    kinds: { sold: 'counts' },
    weights: 'weight',
  });

  it('stand in the order in which they were named', () => {
    const { targets, weights } = preprocess(learned, data);
    const half = Math.fround(Math.SQRT2);
    expect([...targets]).toEqual([-half, 0, 1, 0, 3, 0, 0, 1, 1, half, 0, 2]);
    expect([...(weights ?? [])]).toEqual([1, 0, 2.5, 1]);
  });

  it("have the column's units again", () => {
    const units = targetUnits(learned);
    expect(units.shift).toEqual([20, 0, 0]);
    const [deviation] = units.scale;
    expect(Math.abs(deviation - Math.sqrt(50))).toBeLessThan(2 ** -48);
    expect(units.scale).toEqual([deviation, 1, 1]);
    expect([...units.values([1, 2, 3])]).toEqual([20 + deviation, 2, 3]);
    expect([...units.deviations([2, 2, 3])]).toEqual([2 * deviation, 2, 3]);
    expect([...units.variances([2, 2, 3])].map((value) => Math.round(value))).toEqual([100, 2, 3]);
    expect(units.negativeLogLikelihood(1)).toBeCloseTo(1 + 0.5 * Math.log(50), 12);
  });

  it('may be missing where this is said', () => {
    const some = table({ x: [1, 2, 3], y: [1, null, 3] });
    expect(() => fitPreprocessing(some, { targets: 'y' })).toThrow(/column 'y': got 1 missing targets/);
    const skipping = fitPreprocessing(some, { targets: 'y', missingTargets: 'skip' });
    expect([...preprocess(skipping, some).targets]).toEqual([-1, Number.NaN, 1]);
  });
});

describe('rows', () => {
  it('are named in messages by the numbers that they have', () => {
    const given = { ...table({ a: [1, 'x'] }), source: 'a.csv', rowNumbers: [7, 9] };
    expect(() => fitPreprocessing(given, { kinds: { a: 'number' } })).toThrow(/a\.csv, row 9, column 'a'/);
  });

  it('become tables: of objects, of arrays with a header, of arrays with the header as first row', () => {
    const expected = tableFromRows([
      { a: 1, b: 'x' },
      { b: 'y', a: 2 },
    ]);
    expect(expected.columns).toEqual([
      { name: 'a', values: [1, 2] },
      { name: 'b', values: ['x', 'y'] },
    ]);
    const body = [
      [1, 'x'],
      [2, 'y'],
    ];
    expect(tableFromRows(body, { header: ['a', 'b'] })).toEqual(expected);
    expect(tableFromRows([['a', 'b'], ...body])).toEqual(expected);
  });

  it('may come on after a result', () => {
    const fitter = createPreprocessingFitter();
    fitter.add(table({ a: [1, 2] }));
    const first = fitter.finish();
    fitter.add(table({ a: [6] }));
    expect(first.columns[0]).toMatchObject({ mean: 1.5 });
    expect(fitter.finish()).toMatchObject({ rows: 3, columns: [{ mean: 3 }] });
  });
});
