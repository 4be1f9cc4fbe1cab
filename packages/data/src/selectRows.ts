import type { Table } from '@vardrop/core';

/** The rows of a table at some indices, in that order. Messages keep their numbers. */
export function selectRows(table: Table, indices: ArrayLike<number>): Table {
  const { rowNumbers, firstRow = 1 } = table;
  return {
    rows: indices.length,
    columns: table.columns.map(({ name, values }) => ({ name, values: Array.from(indices, (row) => values[row]) })),
    source: table.source,
    rowNumbers: Array.from(indices, (row) => rowNumbers?.[row] ?? firstRow + row),
  };
}
