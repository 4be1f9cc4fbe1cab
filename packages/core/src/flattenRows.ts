import { VardropError } from './errors.js';

/** Rows of a table: an array, or a nested one, for each. */
export type Rows = readonly (ArrayLike<number> | readonly unknown[])[];

/** Whether `given` is an array of rows, and not one array of numbers. */
function isRows(given: unknown): given is Rows {
  return Array.isArray(given) && given.length > 0 && given.every(isRow);
}

/**
 * The numbers of an array of rows in one array, row-major; anything else is returned as it is. Rows of shape `[28, 28, 1]` may be
 * nested. Throws `VARDROP_SHAPE` for a row of another length than `columns`, with its number.
 */
export function flattenRows(what: string, given: unknown, columns: number): unknown {
  if (!isRows(given)) return given;
  const flat: unknown[] = [];
  given.forEach((row, i) => {
    const before = flat.length;
    append(flat, row);
    if (flat.length - before === columns) return;
    throw new VardropError(
      'VARDROP_SHAPE',
      `${what}: got ${flat.length - before} numbers in row ${i}, needs ${columns} in each row. Give all rows the same columns.`,
    );
  });
  return flat;
}

function append(flat: unknown[], row: ArrayLike<unknown>): void {
  for (let i = 0; i < row.length; i++) {
    const each = row[i];
    if (isRow(each)) append(flat, each);
    else flat.push(each);
  }
}

function isRow(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
