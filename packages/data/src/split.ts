import { type Table, VardropError } from '@vardrop/core';
import { checkOptionNames, formatValue } from '@vardrop/core/backend';
import { selectRows } from './selectRows.js';
import { checkParts, type Parts, splitRows } from './splitRows.js';

export interface SplitOptions<Given extends Parts = Parts> {
  /** The share of each part by its name, such as `{ train: 0.8, test: 0.2 }`. Only the ratios count. */
  readonly parts: Given;
  /** A whole number from 0 on; 0 by default. The same seed gives the same parts. */
  readonly seed?: number;
  /** The column of which each part has every value in the same share, such as that of the classes. */
  readonly stratify?: string;
}

/**
 * Splits the rows of a table at random into parts by their names. Sizes are within one row of the shares. Rows keep their order
 * and their numbers in messages. Throws `VARDROP_OPTION`, and `VARDROP_INVALID_SEED`.
 */
export function split<Given extends Parts>(
  table: Table,
  options: SplitOptions<Given>,
): Record<keyof Given & string, Table> {
  const who = 'split';
  checkOptionNames(who, options, { parts: true, seed: true, stratify: true });
  const { parts, seed = 0, stratify } = options;
  checkParts(who, parts);
  const dealt = splitRows(table.rows, parts, seed, strataOf(who, table, stratify));
  return Object.fromEntries(
    Object.entries(dealt).map(([name, indices]) => [name, selectRows(table, indices)]),
  ) as Record<keyof Given & string, Table>;
}

export interface FoldsOptions {
  /** The number of folds, from 2 on. */
  readonly folds: number;
  /** A whole number from 0 on; 0 by default. */
  readonly seed?: number;
  /** The column of which each fold has every value in the same share. */
  readonly stratify?: string;
}

/** One fold of a cross-validation: its own rows are for testing, those of all others for training. */
export interface Fold {
  readonly train: Table;
  readonly test: Table;
}

/**
 * The folds of a cross-validation: every row is for testing once. Throws `VARDROP_OPTION` for more folds than rows too, and
 * `VARDROP_INVALID_SEED`.
 */
export function folds(table: Table, options: FoldsOptions): readonly Fold[] {
  const who = 'folds';
  checkOptionNames(who, options, { folds: true, seed: true, stratify: true });
  const { folds: count, seed = 0, stratify } = options;
  if (!(Number.isSafeInteger(count) && count >= 2 && count <= table.rows)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] folds: got ${formatValue(count)}, needs a whole number from 2 to the ${table.rows} rows.`,
    );
  }
  const parts = Object.fromEntries(Array.from({ length: count }, (_, i) => [`fold ${i}`, 1]));
  const dealt = Object.values(splitRows(table.rows, parts, seed, strataOf(who, table, stratify)));
  return dealt.map((test, i) => {
    const others = dealt.filter((_, k) => k !== i).flatMap((indices) => [...indices]);
    return { train: selectRows(table, Uint32Array.from(others).sort()), test: selectRows(table, test) };
  });
}

function strataOf(who: string, table: Table, stratify: string | undefined): ArrayLike<unknown> | undefined {
  if (stratify === undefined) return undefined;
  const column = table.columns.find(({ name }) => name === stratify);
  if (column !== undefined) return column.values;
  const names = table.columns.map(({ name }) => `'${name}'`).join(', ');
  throw new VardropError(
    'VARDROP_OPTION',
    `[${who}] stratify: got ${formatValue(stratify)}, needs the name of a column: ${names}.`,
  );
}
