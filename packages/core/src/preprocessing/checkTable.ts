import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Table } from './table.js';
import { columnError } from './tableError.js';

/**
 * Checks the form of a table: names, and columns of one length. Throws `VARDROP_TYPE` for what is not a table, `VARDROP_COLUMN`
 * for names that are repeated or not texts, and `VARDROP_ROW_LENGTH` for columns of other lengths.
 */
export function checkTable(who: string, table: Table): void {
  const given: Partial<Table> | null | undefined = table;
  if (typeof given !== 'object' || given === null || !Array.isArray(given.columns) || !isCount(given.rows)) {
    throw new VardropError(
      'VARDROP_TYPE',
      `[${who}] table: got ${formatValue(table)}, needs { rows, columns: [{ name, values }] }. Make one with tableFromRows, or read a file.`,
    );
  }
  const names = new Set<unknown>();
  for (const column of table.columns) {
    const name: unknown = column?.name;
    if (typeof name !== 'string') {
      throw new VardropError('VARDROP_COLUMN', `[${who}] column: got the name ${formatValue(name)}, needs a text.`);
    }
    if (names.has(name)) {
      throw columnError('VARDROP_COLUMN', who, table.source, name, { got: 'it twice', needs: 'each name once.' });
    }
    names.add(name);
    const length: unknown = column.values?.length;
    if (length !== table.rows) {
      throw columnError('VARDROP_ROW_LENGTH', who, table.source, name, {
        got: `${formatValue(length)} values`,
        needs: `${table.rows}, one for each row.`,
      });
    }
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
