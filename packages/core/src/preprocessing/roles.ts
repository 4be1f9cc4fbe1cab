import { VardropError } from '../errors.js';
import type { ResolvedFitOptions } from './fitOptions.js';
import type { Table } from './table.js';
import { missingColumn } from './tableError.js';

/** What each column of a table is for, by name. */
export interface Roles {
  readonly names: readonly string[];
  readonly inputs: readonly string[];
  readonly targets: readonly string[];
  readonly weights: string | undefined;
}

/**
 * Reads the roles of columns from the options. Throws `VARDROP_COLUMN` for names that no column has, and `VARDROP_OPTION` for a
 * column with two roles other than input and target, or a kind that its role does not have.
 */
export function rolesOf(who: string, options: ResolvedFitOptions, table: Table): Roles {
  const { targets, exclude, weights, kinds } = options;
  const names = table.columns.map(({ name }) => name);
  const others = [...targets, ...exclude, ...(weights === undefined ? [] : [weights])];
  const inputs = options.inputs ?? names.filter((name) => !others.includes(name));
  for (const name of [...inputs, ...others, ...kinds.keys()]) {
    if (!names.includes(name)) throw missingColumn(who, table.source, name, names);
  }
  // A time series is often predicted from its own past, so that a column may be listed as both.
  const uses = [...inputs.filter((name) => !targets.includes(name)), ...others];
  const twice = uses.find((name, i) => uses.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] column '${twice}': got two uses of it, needs one of targets, inputs, exclude, weights.`,
    );
  }
  const counts = inputs.find((name) => kinds.get(name) === 'counts');
  if (counts !== undefined) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] kinds.${counts}: got 'counts' for an input, needs 'number' or 'category'. Counts are targets.`,
    );
  }
  return { names, inputs, targets, weights };
}
