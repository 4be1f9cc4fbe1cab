import fc from 'fast-check';
import type { Cell, Table } from '../../src/index.js';

/** A column of values of one kind, some of them missing. */
function cells(rows: number, values: fc.Arbitrary<Cell>): fc.Arbitrary<readonly Cell[]> {
  const missing = fc.constantFrom<Cell>(null, undefined, '', 'NA', Number.NaN);
  return fc.boolean().chain((some) => {
    const cell = some ? fc.oneof({ weight: 4, arbitrary: values }, { weight: 1, arbitrary: missing }) : values;
    // A column without any value is refused.
    return fc
      .tuple(values, fc.array(cell, { minLength: rows - 1, maxLength: rows - 1 }))
      .map(([first, rest]) => [first, ...rest]);
  });
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
const category = fc.constantFrom<Cell>('red', 'Green', 'blue, light', '7', 'x"y', true);

/** Tables with columns of numbers and of categories, a target `y` and weights `w`. */
export const randomTable: fc.Arbitrary<Table> = fc.integer({ min: 2, max: 40 }).chain((rows) => {
  const column = fc.oneof(
    cells(rows, number),
    cells(rows, number.map(String)),
    cells(rows, fc.oneof(category, number)),
  );
  const target = fc.array(number, { minLength: rows, maxLength: rows }).filter((values) => {
    const spread = Math.max(...values) - Math.min(...values);
    // Squares of smaller differences are below float64, and smaller ratios within its rounding.
    return spread > 1e-100 && spread > 1e-6 * Math.max(...values.map(Math.abs));
  });
  const weights = fc.array(fc.double({ noNaN: true, min: 0, max: 100 }), { minLength: rows, maxLength: rows });
  return fc
    .record({ columns: fc.array(column, { minLength: 1, maxLength: 5 }), target, weights })
    .map(({ columns, target, weights }) => ({
      rows,
      columns: [
        ...columns.map((values, i) => ({ name: `c${i}`, values })),
        { name: 'y', values: target },
        { name: 'w', values: weights },
        // So that some input differs between rows.
        { name: 'index', values: Array.from({ length: rows }, (_, i) => i) },
      ],
    }));
});

/** The rows of a table from `start` to `end`. */
export function rowsOf(table: Table, start: number, end: number): Table {
  return {
    rows: end - start,
    columns: table.columns.map(({ name, values }) => ({ name, values: Array.from(values).slice(start, end) })),
    firstRow: start + 1,
  };
}

/** A table cut into blocks of some number of rows. */
export function blocksOf(table: Table, size: number): readonly Table[] {
  const count = Math.ceil(table.rows / size);
  return Array.from({ length: count }, (_, i) => rowsOf(table, i * size, Math.min(table.rows, (i + 1) * size)));
}
