import { isMissing, numberOf, textOf } from './cells.js';
import type { ColumnRule, Preprocessing, TargetRule } from './preprocessing.js';
import type { Cell, Table } from './table.js';
import { cellError, missingColumn } from './tableError.js';

/** Throws an error about a cell, by its row in the table. */
export type Refuse = (row: number, code: string, needs: string) => never;

/** What is done with a cell: its number or the index of its category, or undefined where it is missing. */
export type Put = (row: number, value: number | undefined, refuse: Refuse) => void;

/** Reads the columns of a table by the rules of a preprocessing. */
export type ReadColumn = (rule: ColumnRule | TargetRule, put: Put) => void;

/**
 * Reads columns of a table that `checkTable` has checked. Throws `VARDROP_COLUMN` for a missing column, `VARDROP_COLUMN_KIND` for a
 * value of another kind, `VARDROP_CATEGORY` for a category that was never seen, and `VARDROP_NON_FINITE`.
 */
export function columnReader(who: string, { missing: texts }: Preprocessing, table: Table): ReadColumn {
  const missing = new Set(texts);
  const columns = new Map(table.columns.map(({ name, values }) => [name, values]));
  return (rule, put) => {
    const values = columns.get(rule.name);
    if (values === undefined) throw missingColumn(who, table.source, rule.name, [...columns.keys()]);
    const refuse: Refuse = (row, code, needs) => {
      throw cellError(code, who, table, row, rule.name, { got: values[row], needs });
    };
    const read = rule.kind === 'category' ? indexReader(rule.categories) : numberOf;
    for (let row = 0; row < table.rows; row++) {
      const cell = values[row];
      if (isMissing(cell, missing)) {
        put(row, undefined, refuse);
        continue;
      }
      const value = read(cell);
      if (value === undefined) refuseOther(rule, row, refuse);
      else if (Number.isFinite(value)) put(row, value, refuse);
      else refuse(row, 'VARDROP_NON_FINITE', 'a finite number');
    }
  };
}

/** A number as the network sees it. Throws `VARDROP_NON_FINITE` if float32 cannot hold it. */
export function standardized(rule: ColumnRule | TargetRule, value: number, row: number, refuse: Refuse): number {
  const number = rule.kind === 'number' ? (value - rule.mean) / rule.deviation : value;
  return Number.isFinite(Math.fround(number)) ? number : refuse(row, 'VARDROP_NON_FINITE', 'a number within float32');
}

/**
 * The index of a cell's category. A category that reads as a number is also found by that number: 1 for '1.0', since files write
 * numbers in more ways than one.
 */
function indexReader(categories: readonly string[]): (cell: Cell) => number | undefined {
  const byText = new Map(categories.map((category, i) => [category, i]));
  const byNumber = new Map(categories.map((category, i) => [numberOf(category), i]));
  const isClear = byNumber.size === categories.length && !byNumber.has(undefined);
  return (cell) => {
    const index = byText.get(textOf(cell));
    if (index !== undefined || !isClear) return index;
    const number = numberOf(cell);
    return number === undefined ? undefined : byNumber.get(number);
  };
}

function refuseOther(rule: ColumnRule | TargetRule, row: number, refuse: Refuse): never {
  if (rule.kind !== 'category') return refuse(row, 'VARDROP_COLUMN_KIND', 'a number, as in the training part');
  const { categories } = rule;
  const shown = categories.slice(0, 12).map((category) => `'${category}'`);
  const more = categories.length > shown.length ? ` and ${categories.length - shown.length} more` : '';
  return refuse(row, 'VARDROP_CATEGORY', `a category of the training part: ${shown.join(', ')}${more}`);
}
