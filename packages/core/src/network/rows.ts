import { type Cell, type Table, tableFromRows } from '../preprocessing/index.js';

/** A row of a table: a value for each column by its name. */
export type Row = Readonly<Record<string, Cell>>;

/** A table, or its rows. */
export type TableOrRows = Table | readonly Row[];

/** Whether it is a table, or a list of rows by names. */
export function isTableOrRows(given: unknown): given is TableOrRows {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (Array.isArray(given)) return isObject(given[0]) && !Array.isArray(given[0]) && !ArrayBuffer.isView(given[0]);
  return isObject(given) && 'columns' in given && 'rows' in given && Array.isArray(given.columns);
}

/** The table itself, or that of the rows. Throws what `tableFromRows` throws. */
export function tableOf(given: TableOrRows): Table {
  return 'columns' in given ? (given as Table) : tableFromRows(given as readonly Row[]);
}
