import { describe, expect, it } from 'vitest';
import {
  type Cell,
  createPreprocessingFitter,
  fitPreprocessing,
  preprocess,
  preprocessInputs,
  readPreprocessing,
  type Table,
  tableFromRows,
} from '../../src/index.js';

const rows = (columns: Readonly<Record<string, readonly Cell[]>>, firstRow = 1): Table => ({
  rows: Object.values(columns)[0].length,
  columns: Object.entries(columns).map(([name, values]) => ({ name, values })),
  source: 'sales.csv',
  firstRow,
});

const train = rows({
  age: [30, 41, 52],
  'City Name': ['Oslo', 'Bergen', 'Oslo'],
  price: [1.5, 2.5, 4],
  sold: [0, 2, 1],
  w: [1, 1, 2],
});
const learned = fitPreprocessing(train, { targets: ['price', 'sold'], weights: 'w', kinds: { sold: 'counts' } });
const good = { age: [30, 31], 'City Name': ['Oslo', 'Oslo'], price: [1, 2], sold: [1, 1], w: [1, 1] };
const { 'City Name': _, ...withoutCity } = good;

/** New rows, beginning at row 5, and what is said about them. */
const newRows: readonly (readonly [string, Readonly<Record<string, readonly Cell[]>>, string, RegExp])[] = [
  [
    'a missing column',
    withoutCity,
    'VARDROP_COLUMN',
    /sales\.csv, column 'City Name': got no such column, needs one of that name among 'age', 'price', 'sold', 'w'\.$/,
  ],
  [
    'a renamed column',
    { ...withoutCity, city_name: ['Oslo', 'Oslo'] },
    'VARDROP_COLUMN',
    /Did you mean 'city_name'\?$/,
  ],
  [
    'text for a number',
    { ...good, age: [30, 'old'] },
    'VARDROP_COLUMN_KIND',
    /sales\.csv, row 6, column 'age': got 'old', needs a number, as in the training part\.$/,
  ],
  ['true for a number', { ...good, age: [true, 1] }, 'VARDROP_COLUMN_KIND', /row 5, column 'age': got true/],
  [
    'a new category',
    { ...good, 'City Name': ['Oslo', 'Paris'] },
    'VARDROP_CATEGORY',
    /row 6, column 'City Name': got 'Paris', needs a category of the training part: 'Bergen', 'Oslo'\.$/,
  ],
  [
    'a missing category',
    { ...good, 'City Name': ['', 'Oslo'] },
    'VARDROP_MISSING',
    /row 5, column 'City Name': got '', needs a category\. None was missing/,
  ],
  ['an infinite number', { ...good, age: [1, 'Infinity'] }, 'VARDROP_NON_FINITE', /row 6, column 'age'/],
  [
    'a number beyond float32',
    { ...good, age: [1e300, 1] },
    'VARDROP_NON_FINITE',
    /row 5, column 'age': got 1e\+300, needs a number within float32/,
  ],
  [
    'a missing target',
    { ...good, price: [1, null] },
    'VARDROP_MISSING',
    /row 6, column 'price': got null, needs a target/,
  ],
  ['a negative count', { ...good, sold: [1, -1] }, 'VARDROP_COUNTS', /row 6, column 'sold': got -1/],
  ['a count that is not whole', { ...good, sold: [0.5, 1] }, 'VARDROP_COUNTS', /row 5, column 'sold': got 0\.5/],
  ['a negative weight', { ...good, w: [1, -0.1] }, 'VARDROP_WEIGHTS', /row 6, column 'w': got -0\.1/],
  ['a missing weight', { ...good, w: [null, 1] }, 'VARDROP_MISSING', /row 5, column 'w': got null, needs a weight/],
  ['columns of other lengths', { ...good, price: [1] }, 'VARDROP_ROW_LENGTH', /column 'price': got 1 values, needs 2/],
];

describe('new rows', () => {
  it.each(newRows)('%s is refused', (_name, columns, code, message) => {
    expect(() => preprocess(learned, rows(columns, 5))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('need no targets for predictions', () => {
    const inputs = { age: [30, 31], 'City Name': ['Oslo', 'Oslo'] };
    expect(preprocessInputs(learned, rows(inputs))).toEqual(preprocess(learned, rows(good)).inputs);
  });
});

const many = Array.from({ length: 5 }, (_, i) => `name ${i}`);

/** Training parts that are refused, with options. */
const training: readonly (readonly [string, Table, object, string, RegExp])[] = [
  [
    'an unknown target',
    train,
    { targets: 'prise' },
    'VARDROP_COLUMN',
    /column 'prise': got no such column.*Did you mean 'price'\?$/,
  ],
  ['an unknown input', train, { inputs: ['Age'] }, 'VARDROP_COLUMN', /Did you mean 'age'\?/],
  ['a kind of no column', train, { kinds: { ages: 'number' } }, 'VARDROP_COLUMN', /Did you mean 'age'\?/],
  [
    'two uses of a column',
    train,
    { targets: 'price', exclude: ['price'] },
    'VARDROP_OPTION',
    /column 'price': got two uses/,
  ],
  ['counts as inputs', train, { kinds: { age: 'counts' } }, 'VARDROP_OPTION', /Counts are targets/],
  ['no rows', rows({ a: [] }), {}, 'VARDROP_EMPTY', /got no rows/],
  ['no inputs that differ', rows({ a: [1, 1], b: ['x', 'x'] }), {}, 'VARDROP_EMPTY', /no column that differs/],
  ['no values', rows({ a: [1, 2], b: [null, ''] }), {}, 'VARDROP_EMPTY', /column 'b': got no value in any row/],
  [
    'text in numbers',
    rows({ a: [1, 'x'] }),
    { kinds: { a: 'number' } },
    'VARDROP_COLUMN_KIND',
    /row 2, column 'a': got 'x', needs a number\.$/,
  ],
  [
    'text after many numbers',
    rows({ a: [1, 2, 3, 4, 'x'] }),
    { mostCategories: 3 },
    'VARDROP_COLUMN_KIND',
    /row 5, column 'a': got 'x', needs a number, as all 4 values before/,
  ],
  [
    'too many categories',
    rows({ a: many }),
    { mostCategories: 4 },
    'VARDROP_CATEGORY',
    /row 5, column 'a': got 'name 4', needs at most 4 categories/,
  ],
  [
    'a category that is not listed',
    rows({ a: ['S', 'XL'] }),
    { kinds: { a: ['S', 'L'] } },
    'VARDROP_CATEGORY',
    /column 'a': got the value 'XL'/,
  ],
  ['infinite numbers', rows({ a: [1, Number.POSITIVE_INFINITY] }), {}, 'VARDROP_NON_FINITE', /row 2, column 'a'/],
  [
    'negative counts',
    rows({ a: [1, 2], y: [1, -2] }),
    { targets: 'y', kinds: { y: 'counts' } },
    'VARDROP_COUNTS',
    /row 2, column 'y': got -2/,
  ],
  [
    'targets that are all the same',
    rows({ a: [1, 2], y: [7, 7] }),
    { targets: 'y' },
    'VARDROP_CONSTANT',
    /column 'y': got 7 in all rows/,
  ],
  [
    'a missing class',
    rows({ a: [1, 2], y: ['u', null] }),
    { targets: 'y', missingTargets: 'skip' },
    'VARDROP_MISSING',
    /column 'y': got 1 missing/,
  ],
  [
    'dates',
    rows({ a: [new Date(0) as never] }),
    {},
    'VARDROP_COLUMN_KIND',
    /row 1, column 'a': got a Date, .*Convert it first/,
  ],
  [
    'a name twice',
    {
      rows: 1,
      columns: [
        { name: 'a', values: [1] },
        { name: 'a', values: [2] },
      ],
    },
    {},
    'VARDROP_COLUMN',
    /column 'a': got it twice/,
  ],
];

describe('training parts', () => {
  it.each(training)('%s: refused', (_name, table, options, code, message) => {
    expect(() => fitPreprocessing(table, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('have the same columns in all blocks', () => {
    const fitter = createPreprocessingFitter();
    fitter.add(rows({ age: [1, 2] }));
    expect(() => fitter.add(rows({ agee: [1, 2] }))).toThrow(/column 'age': got no such column.*Did you mean 'agee'\?/);
  });
});

describe('rows', () => {
  it.each([
    ['no list', { a: 1 }, 'VARDROP_TYPE', /needs a list of objects/],
    ['other lengths', [['a', 'b'], [1, 2], [1]], 'VARDROP_ROW_LENGTH', /row 2: got 1 values, needs 2/],
    ['a missing name', [{ a: 1, b: 2 }, { a: 1 }], 'VARDROP_COLUMN', /row 2, column 'b': got nothing/],
    ['another name', [{ a: 1 }, { a: 1, c: 2 }], 'VARDROP_COLUMN', /column 'c': got no such column/],
    ['arrays among objects', [{ a: 1 }, [1]], 'VARDROP_TYPE', /row 2: got \[1\]/],
    [
      'a header that is not text',
      [
        [1, 2],
        [3, 4],
      ],
      'VARDROP_COLUMN',
      /got the name 1, needs a text/,
    ],
  ])('%s is refused', (_name, given, code, message) => {
    expect(() => tableFromRows(given as never)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe('a preprocessing from anywhere', () => {
  const json = () => JSON.parse(JSON.stringify(learned));
  const changed = (change: (value: ReturnType<typeof json>) => void) => {
    const value = json();
    change(value);
    return value;
  };
  it.each([
    ['nothing', null, /preprocessing: got null, needs an object/],
    ['a list', [], /preprocessing: got \[\], needs an object/],
    [
      'a later version',
      changed((p) => {
        p.format = 2;
        p.more = 1;
      }),
      /format: got 2, needs 1\. A later version/,
    ],
    [
      'another member',
      changed((p) => {
        p.code = 'alert(1)';
      }),
      /code: got 'alert\(1\)', needs no such member/,
    ],
    [
      'a missing member',
      changed((p) => {
        delete p.rows;
      }),
      /needs 'rows' in it/,
    ],
    [
      'no rows',
      changed((p) => {
        p.rows = 0;
      }),
      /rows: got 0/,
    ],
    [
      'a missing text that is none',
      changed((p) => {
        p.missing = [1];
      }),
      /missing\[0\]: got 1/,
    ],
    [
      'another kind',
      changed((p) => {
        p.columns[0].kind = 'eval';
      }),
      /columns\[0\]\.kind: got 'eval', needs 'number' or 'category'/,
    ],
    [
      'a kind of targets',
      changed((p) => {
        p.columns[0] = p.targets[1];
      }),
      /columns\[0\]\.kind: got 'counts'/,
    ],
    [
      'a mean that is no number',
      changed((p) => {
        p.columns[0].mean = null;
      }),
      /columns\[0\]\.mean: got null/,
    ],
    [
      'a negative deviation',
      changed((p) => {
        p.columns[0].deviation = -1;
      }),
      /columns\[0\]\.deviation: got -1/,
    ],
    [
      'no deviation of a target',
      changed((p) => {
        p.targets[0].deviation = 0;
      }),
      /targets\[0\]\.deviation: got 0, needs a finite number above 0/,
    ],
    [
      'a category twice',
      changed((p) => {
        p.columns[1].categories = ['a', 'a'];
      }),
      /columns\[1\]\.categories\[1\]: got 'a'/,
    ],
    [
      'no categories',
      changed((p) => {
        p.columns[1].categories = [];
      }),
      /columns\[1\]\.categories: got \[\], needs at least one/,
    ],
    [
      'a name twice',
      changed((p) => {
        p.targets[0].name = 'sold';
      }),
      /targets\[1\]\.name: got 'sold'/,
    ],
    [
      'weights of no name',
      changed((p) => {
        p.weights = 1;
      }),
      /weights: got 1/,
    ],
    [
      'columns of an object',
      changed((p) => {
        p.columns = { length: 3 };
      }),
      /columns: got an object with length, needs a list/,
    ],
    [
      'a text for a truth',
      changed((p) => {
        p.columns[0].missing = 'no';
      }),
      /columns\[0\]\.missing: got 'no', needs true or false/,
    ],
  ])('%s is refused', (_name, value, message) => {
    expect(() => readPreprocessing(value)).toThrow(
      expect.objectContaining({ code: 'VARDROP_PREPROCESSING', message: expect.stringMatching(message) }),
    );
  });
});
