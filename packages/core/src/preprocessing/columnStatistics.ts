import { isCell, isMissing, numberOf } from './cells.js';
import type { ColumnKind } from './preprocessing.js';
import type { Cell, Column, Table } from './table.js';
import { cellError } from './tableError.js';

/** What the training part says about a column, learned in one pass over its rows in their order. */
export interface ColumnStatistics {
  /** The kind that was asked for, or that the values have so far. */
  readonly kind: ColumnKind;
  /** Values that are not missing. */
  readonly count: number;
  readonly missing: number;
  /** Of numbers. */
  readonly mean: number;
  /** The sum of the squared differences from the mean. */
  readonly squares: number;
  readonly areWhole: boolean;
  /** The different values, unless they are more than `mostCategories`. */
  readonly distinct: ReadonlySet<Cell> | undefined;
  /** Adds the rows of a block. */
  add(table: Table, column: Column): void;
}

export interface StatisticsOptions {
  readonly who: string;
  /** The kind; undefined if the values decide. */
  readonly kind?: ColumnKind;
  readonly missing: ReadonlySet<string>;
  readonly mostCategories: number;
}

/**
 * Statistics of one column. Mean and squares are updated row by row (Welford 1962), so that they do not depend on how rows are
 * cut into blocks. Without a kind a column is of numbers as long as all values are, else of categories.
 */
export function createColumnStatistics(options: StatisticsOptions): ColumnStatistics {
  const { who, kind, missing: texts, mostCategories } = options;
  let distinct: Set<Cell> | undefined = kind === 'number' || kind === 'counts' ? undefined : new Set();
  let areNumbers = kind !== 'category';
  let [count, missing, mean, squares, areWhole] = [0, 0, 0, 0, true];

  function addNumber(value: number): void {
    count += 1;
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
    if (areWhole && !Number.isInteger(value)) areWhole = false;
  }

  return {
    get kind(): ColumnKind {
      return kind ?? (areNumbers ? 'number' : 'category');
    },
    get count() {
      return count;
    },
    get missing() {
      return missing;
    },
    get mean() {
      return mean;
    },
    get squares() {
      return squares;
    },
    get areWhole() {
      return areWhole;
    },
    get distinct() {
      return distinct;
    },
    add(table: Table, { name, values }: Column): void {
      const refuse = (code: string, row: number, needs: string) =>
        cellError(code, who, table, row, name, { got: values[row], needs });
      for (let row = 0; row < values.length; row++) {
        const cell = values[row];
        if (!isCell(cell)) {
          throw refuse('VARDROP_COLUMN_KIND', row, 'a number, a text, true, false or null. Convert it first');
        }
        if (isMissing(cell, texts)) {
          missing += 1;
          continue;
        }
        if (distinct !== undefined && !distinct.has(cell)) {
          if (distinct.size < mostCategories) distinct.add(ownCell(cell));
          else if (areNumbers) distinct = undefined;
          else {
            const needs = `at most ${mostCategories} categories. Leave the column out (exclude), or raise mostCategories`;
            throw refuse('VARDROP_CATEGORY', row, needs);
          }
        }
        if (areNumbers) {
          const value = numberOf(cell);
          const isText = value === undefined && kind === undefined && distinct !== undefined;
          const fault = isText ? undefined : faultOf(kind, value, count);
          if (fault !== undefined) throw refuse(fault[0], row, fault[1]);
          if (!isText) {
            addNumber(value as number);
            continue;
          }
          areNumbers = false;
        }
        count += 1;
      }
    },
  };
}

/** What is wrong with a value of a column of numbers: a code and what is needed; undefined for nothing. */
function faultOf(kind: ColumnKind | undefined, value: number | undefined, before: number) {
  if (value === undefined) {
    const remedy = kind === undefined ? `, as all ${before} values before. Or say its kind (kinds): 'category'` : '';
    return ['VARDROP_COLUMN_KIND', `a number${remedy}`] as const;
  }
  if (!Number.isFinite(value)) return ['VARDROP_NON_FINITE', 'a finite number'] as const;
  const isCount = Number.isInteger(value) && value >= 0;
  return kind === 'counts' && !isCount
    ? (['VARDROP_COUNTS', 'a whole number that is not negative'] as const)
    : undefined;
}

/** A cell of its own: a text that was cut from another keeps that in memory, as all of a block of a file. */
function ownCell(cell: Cell): Cell {
  return typeof cell === 'string' ? (JSON.parse(JSON.stringify(cell)) as string) : cell;
}
