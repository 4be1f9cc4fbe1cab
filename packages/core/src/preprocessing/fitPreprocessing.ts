import { VardropError } from '../errors.js';
import { checkTable } from './checkTable.js';
import { type ColumnStatistics, createColumnStatistics } from './columnStatistics.js';
import { type FitPreprocessingOptions, resolveFitOptions } from './fitOptions.js';
import { inputNames } from './inputNames.js';
import type { ColumnKind, Preprocessing } from './preprocessing.js';
import { type Roles, rolesOf } from './roles.js';
import { columnRule, targetRule } from './rulesOf.js';
import type { Table } from './table.js';
import { missingColumn } from './tableError.js';

/** Learns a preprocessing from a table that comes in blocks of rows. */
export interface PreprocessingFitter {
  /** Adds a block. All blocks have the same columns. */
  add(block: Table): void;
  /** What was learned. More blocks may follow. */
  finish(): Preprocessing;
}

/**
 * Learns from the training part how columns become inputs and targets: kinds, means and deviations, categories, and which columns
 * have missing values. Memory does not grow with rows, and the result does not depend on how the rows are cut into blocks.
 *
 * Throws `VARDROP_OPTION`. `add` throws errors that name file, row and column: `VARDROP_COLUMN` for columns that are missing or
 * repeated, `VARDROP_COLUMN_KIND` for values of another kind, `VARDROP_NON_FINITE`, `VARDROP_COUNTS`, `VARDROP_CATEGORY` for too
 * many categories, and `VARDROP_TYPE` and `VARDROP_ROW_LENGTH` for what is not a table. `finish` throws
 * `VARDROP_EMPTY` without rows, inputs or values in a column, `VARDROP_MISSING` for missing targets, `VARDROP_CONSTANT` for numbers
 * as targets that are all the same, and `VARDROP_CATEGORY` for categories other than those given.
 */
export function createPreprocessingFitter(options: FitPreprocessingOptions = {}): PreprocessingFitter {
  return fitterFor('createPreprocessingFitter', options);
}

/** Learns a preprocessing from a table in memory. Throws what `createPreprocessingFitter` and its methods throw. */
export function fitPreprocessing(table: Table, options: FitPreprocessingOptions = {}): Preprocessing {
  const fitter = fitterFor('fitPreprocessing', options);
  fitter.add(table);
  return fitter.finish();
}

function fitterFor(who: string, given: FitPreprocessingOptions): PreprocessingFitter {
  const options = resolveFitOptions(who, given);
  const missing = new Set(options.missing);
  const statistics = new Map<string, ColumnStatistics>();
  let roles: Roles | undefined;
  let source: string | undefined;
  let rows = 0;

  function start(table: Table): Roles {
    source = table.source;
    const read = rolesOf(who, options, table);
    for (const name of [...read.inputs, ...read.targets, ...(read.weights === undefined ? [] : [read.weights])]) {
      const listed = options.kinds.get(name);
      const kind: ColumnKind | undefined =
        name === read.weights ? 'number' : listed === undefined || typeof listed === 'string' ? listed : 'category';
      statistics.set(name, createColumnStatistics({ who, kind, missing, mostCategories: options.mostCategories }));
    }
    return read;
  }

  return {
    add(table) {
      checkTable(who, table);
      roles ??= start(table);
      const names = table.columns.map(({ name }) => name);
      const unknown = roles.names.find((name) => !names.includes(name));
      if (unknown !== undefined) throw missingColumn(who, table.source, unknown, names);
      for (const column of table.columns) statistics.get(column.name)?.add(table, column);
      rows += table.rows;
    },
    finish() {
      if (roles === undefined || rows === 0) {
        throw new VardropError('VARDROP_EMPTY', `[${who}] table: got no rows, needs at least one.`);
      }
      const context = { who, source, options };
      const statisticsOf = (name: string) => statistics.get(name) as ColumnStatistics;
      const learned: Preprocessing = {
        format: 1,
        rows,
        missing: options.missing,
        columns: roles.inputs.map((name) => columnRule(context, name, statisticsOf(name))),
        targets: roles.targets.map((name) => targetRule(context, name, statisticsOf(name))),
        ...(roles.weights === undefined ? {} : { weights: roles.weights }),
      };
      if (inputNames(learned).length === 0) {
        throw new VardropError(
          'VARDROP_EMPTY',
          `[${who}] inputs: got no column that differs between rows, needs at least one.`,
        );
      }
      return learned;
    },
  };
}
