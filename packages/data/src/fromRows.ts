import { type Cell, type TableFromRowsOptions, tableFromRows } from '@vardrop/core';
import { createSource, type TableSource } from './tableSource.js';

/**
 * A table of rows in memory: objects with a value for each column by its name, or arrays of values, the first of which has the
 * names unless `header` has them. Throws what `tableFromRows` throws.
 */
export function fromRows(
  rows: readonly Readonly<Record<string, Cell>>[] | readonly (readonly Cell[])[],
  options: TableFromRowsOptions = {},
): TableSource {
  const table = tableFromRows(rows, options);
  return createSource({
    name: table.source,
    columns: table.columns.map(({ name }) => name),
    rows: table.rows,
    async *blocks() {
      yield table;
    },
  });
}
