import {
  type ColumnKind,
  type FitPreprocessingOptions,
  fitPreprocessing,
  inputNames,
  type Preprocessing,
  preprocess,
  type Table,
  VardropError,
} from '@vardrop/core';
import { folds, split } from '@vardrop/data';
import type { LikelihoodName } from '../choices.js';
import { describeTask, type Task, tableTask, targetKind } from './task.js';
import type { Rows, TaskData } from './taskData.js';

/** What columns of a table are for. */
export interface ColumnOptions {
  readonly target: readonly string[];
  /** Columns that are left aside. */
  readonly exclude?: readonly string[];
  /** The column with the weights of rows. */
  readonly weights?: string;
  /** The likelihood. Default: by the values of the targets. */
  readonly likelihood?: LikelihoodName;
}

/** A table in memory. */
interface LoadedTable {
  readonly name: string;
  readonly table: Table;
  /** What was found out about the file. */
  readonly notes: readonly string[];
}

/** Data that are images with a fixed split, or a table that is still whole. */
export type LoadedData = { readonly kind: 'split'; readonly data: TaskData } | WholeTable;

/** A table, and what its columns are for. */
export interface WholeTable extends LoadedTable {
  readonly kind: 'table';
  readonly columns: ColumnOptions;
}

/** Parts of a table. */
interface TableParts {
  readonly train: Table;
  readonly validation?: Table;
  readonly test: Table;
}

/** Shares of the parts. */
const shares = { train: 0.7, validation: 0.1, test: 0.2 };

/** Fewest rows that can be split. */
const fewestRows = 10;

/**
 * Splits a table into training, validation and test rows, always in the same way; classes have the same shares in each.
 *
 * @throws VardropError `VARDROP_TOO_FEW_ROWS` for a table of fewer than ten rows.
 */
function splitTable({ name, table }: LoadedTable, whole: Preprocessing): TableParts {
  if (table.rows < fewestRows) {
    throw new VardropError(
      'VARDROP_TOO_FEW_ROWS',
      `[vardrop train] ${name}: got ${table.rows} rows, needs at least ${fewestRows} to train, validate and test with.`,
    );
  }
  return split(table, { parts: shares, seed: 0, ...stratified(whole) });
}

/**
 * The folds of a table as data of a command: each row is for testing once. All other rows of a fold are trained on.
 *
 * @throws VardropError `VARDROP_TARGET` for images, and what `folds` throws.
 */
export function foldsOfTable(loaded: LoadedData, count: number, seed: number): readonly TaskData[] {
  if (loaded.kind !== 'table') {
    throw new VardropError(
      'VARDROP_TARGET',
      `[vardrop train] --folds: got it with images, needs a table with --target.`,
    );
  }
  const read = readColumns(loaded.table, loaded.columns);
  const parts = folds(loaded.table, { folds: count, seed, ...stratified(read) });
  return parts.map((part) => tableData(loaded, part, read, loaded.columns));
}

/** The column by whose values rows are dealt, if its values are classes. */
function stratified({ targets }: Preprocessing): { readonly stratify?: string } {
  const [target] = targets;
  return targets.length === 1 && target.kind === 'category' ? { stratify: target.name } : {};
}

/**
 * What the whole table says of its columns: their kinds, and which categories there are, so that a category of one row only is known
 * wherever that row is dealt to. Means and deviations come from the training rows alone.
 *
 * @throws VardropError what `fitPreprocessing` throws.
 */
function readColumns(table: Table, options: ColumnOptions): Preprocessing {
  const { target, exclude, weights, likelihood } = options;
  const kinds = likelihood && Object.fromEntries(target.map((name) => [name, targetKind(likelihood)]));
  return fitPreprocessing(table, { targets: target, exclude, weights, ...(kinds && { kinds }) });
}

/** A table as data of a command, split in the usual way. Throws what `foldsOfTable` throws. */
export function splitWhole(whole: WholeTable): TaskData {
  const read = readColumns(whole.table, whole.columns);
  return tableData(whole, splitTable(whole, read), read, whole.columns);
}

/**
 * The parts of a table as data of a command.
 *
 * @param whole what `readColumns` gives.
 * @throws VardropError what `tableTask`, `fitPreprocessing` and `preprocess` throw.
 */
function tableData(
  { name, notes }: Pick<LoadedTable, 'name' | 'notes'>,
  parts: TableParts,
  whole: Preprocessing,
  options: ColumnOptions,
): TaskData {
  const preprocessing = fitParts(parts.train, whole, options);
  const task = tableTask(preprocessing, options.likelihood);
  const rowsOf = (table: Table): Rows => ({ data: preprocess(preprocessing, table), rows: table.rows });
  const train = rowsOf(parts.train);
  const validation = parts.validation && parts.validation.rows > 0 ? rowsOf(parts.validation) : undefined;
  const test = rowsOf(parts.test);
  return {
    name,
    one: 'row',
    task,
    inputs: inputNames(preprocessing).length,
    train,
    validation,
    test,
    preprocessing,
    notes: [...notes, describeTask(task, options.likelihood !== undefined), ...unitsNote(task)],
    digested: [train, validation, test].flatMap((rows) =>
      rows === undefined
        ? []
        : [rows.data.inputs, Float32Array.from(rows.data.targets), Float32Array.from(rows.data.weights ?? [])],
    ),
  };
}

/** Where targets have several units, measures over all of them have none. */
function unitsNote({ targets, classes }: Task): readonly string[] {
  const areNumbers = classes.length === 0 && targets.length > 1;
  return areNumbers ? ['RMSE and CRPS of several targets are in their standard deviations.'] : [];
}

/** Learns from the training rows, with the kinds and the categories of the whole table. */
function fitParts(train: Table, whole: Preprocessing, { target, exclude, weights }: ColumnOptions): Preprocessing {
  const rules = [...whole.columns, ...whole.targets];
  const kinds = rules.map((rule): [string, ColumnKind | readonly string[]] => [
    rule.name,
    rule.kind === 'category' ? rule.categories : rule.kind,
  ]);
  const options: FitPreprocessingOptions = { targets: target, exclude, weights, kinds: Object.fromEntries(kinds) };
  const learned = fitPreprocessing(train, options);
  const missing = new Set(whole.columns.filter((rule) => rule.missing).map(({ name }) => name));
  const columns = learned.columns.map((rule) =>
    rule.kind === 'category' && missing.has(rule.name) ? { ...rule, missing: true } : rule,
  );
  return { ...learned, columns };
}
