import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Table } from './table.js';

/** An error about a cell of a table, with its file, row and column. `row` counts within the table, from 0. */
export function cellError(
  code: string,
  who: string,
  table: Table,
  row: number,
  column: string,
  fault: { readonly got: unknown; readonly needs: string },
): VardropError {
  const file = table.source === undefined ? '' : `${table.source}, `;
  const place = `${file}row ${table.rowNumbers?.[row] ?? (table.firstRow ?? 1) + row}, column '${column}'`;
  return new VardropError(code, `[${who}] ${place}: got ${formatValue(fault.got)}, needs ${fault.needs}.`);
}

/** An error about a whole column. */
export function columnError(
  code: string,
  who: string,
  source: string | undefined,
  column: string,
  fault: { readonly got: string; readonly needs: string },
): VardropError {
  const file = source === undefined ? '' : `${source}, `;
  return new VardropError(code, `[${who}] ${file}column '${column}': got ${fault.got}, needs ${fault.needs}`);
}

/** An error for a name that no column has, with the names that are near it. */
export function missingColumn(
  who: string,
  source: string | undefined,
  name: string,
  names: readonly string[],
): VardropError {
  const near = nearNames(name, names);
  const shown = (some: readonly string[]) => some.map((each) => `'${each}'`).join(', ');
  const known = names.length > 12 ? `${shown(names.slice(0, 12))} and ${names.length - 12} more` : shown(names);
  const remedy = near.length > 0 ? ` Did you mean ${near.map((each) => `'${each}'`).join(' or ')}?` : '';
  return columnError('VARDROP_COLUMN', who, source, name, {
    got: 'no such column',
    needs: `one of that name among ${known || 'none'}.${remedy}`,
  });
}

/** The names that differ from `name` in case, in signs, or in few letters; the nearest first. */
function nearNames(name: string, names: readonly string[]): readonly string[] {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const wanted = plain(name);
  const most = Math.max(1, Math.floor(wanted.length / 4));
  return names
    .map((each) => ({ each, distance: editDistance(wanted, plain(each)) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ each }) => each);
}

/** Levenshtein distance: insertions, deletions and substitutions. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substituted = previous[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(substituted, previous[column] + 1, current[column - 1] + 1));
    }
    previous = current;
  }
  return previous[to.length];
}
