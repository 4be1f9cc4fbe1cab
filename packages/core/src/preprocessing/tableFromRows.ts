import { checkOptionNames } from '../checkOptionNames.js';
import { checkString } from '../checkString.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkTable } from './checkTable.js';
import type { Cell, Table } from './table.js';
import { cellError, missingColumn } from './tableError.js';

export interface TableFromRowsOptions {
  /** The names of the columns of rows that are arrays. Without them the first row is the header. */
  readonly header?: readonly string[];
  /** Where the rows come from; messages begin with it. */
  readonly source?: string;
}

/**
 * A table of rows: objects with a value for each column by its name, or arrays of values. Objects all have the names of the
 * first one. Throws `VARDROP_TYPE` for what is not a list of rows, `VARDROP_ROW_LENGTH` for arrays of other lengths than the
 * header, and `VARDROP_COLUMN` for objects with other names, and for names that are repeated; with row and column.
 */
export function tableFromRows(
  rows: readonly Readonly<Record<string, Cell>>[] | readonly (readonly Cell[])[],
  options: TableFromRowsOptions = {},
): Table {
  const who = 'tableFromRows';
  checkOptionNames(who, options, { header: true, source: true });
  const { header, source } = options;
  if (source !== undefined) checkString(`[${who}] source`, source);
  if (header !== undefined && !Array.isArray(header)) {
    throw new VardropError('VARDROP_OPTION', `[${who}] header: got ${formatValue(header)}, needs a list of names.`);
  }
  if (!Array.isArray(rows)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] rows: got ${formatValue(rows)}, needs a list of objects, or of arrays with a header.`,
    );
  }
  const table = rows.every((row) => Array.isArray(row))
    ? fromArrays(who, rows as readonly (readonly Cell[])[], header, source)
    : fromObjects(who, rows as readonly Readonly<Record<string, Cell>>[], source);
  checkTable(who, table);
  return table;
}

function fromArrays(
  who: string,
  rows: readonly (readonly Cell[])[],
  header: readonly string[] | undefined,
  source: string | undefined,
): Table {
  const names = header ?? (rows[0] as readonly string[] | undefined) ?? [];
  const body = header === undefined ? rows.slice(1) : rows;
  body.forEach((row, i) => {
    if (row.length === names.length) return;
    const file = source === undefined ? '' : `${source}, `;
    throw new VardropError(
      'VARDROP_ROW_LENGTH',
      `[${who}] ${file}row ${i + 1}: got ${row.length} values, needs ${names.length}, one for each column.`,
    );
  });
  const columns = Array.from(names, (name, column) => ({ name, values: body.map((row) => row[column]) }));
  return { rows: body.length, columns, source };
}

function fromObjects(who: string, rows: readonly Readonly<Record<string, Cell>>[], source: string | undefined): Table {
  rows.forEach((row, i) => {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return;
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] row ${i + 1}: got ${formatValue(row)}, needs an object with a value for each column, as the other rows.`,
    );
  });
  const names = Object.keys(rows[0]);
  const table = {
    rows: rows.length,
    columns: names.map((name) => ({ name, values: rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null)) })),
    source,
  };
  rows.forEach((row, i) => {
    const own = Object.keys(row);
    const missing = names.find((name) => !own.includes(name));
    const other = own.find((name) => !names.includes(name));
    if (missing !== undefined) {
      throw cellError('VARDROP_COLUMN', who, table, i, missing, {
        got: undefined,
        needs: 'a value, or null if it is missing',
      });
    }
    if (other !== undefined) throw missingColumn(who, source, other, names);
  });
  return table;
}
