import { dataError } from '../dataError.js';
import { type Dialect, withPoint } from './dialect.js';

/** The file that a record is of. */
export interface RecordContext {
  readonly who: string;
  readonly file: string | undefined;
  readonly dialect: Dialect;
}

/**
 * The values of a record, without blanks and with decimal points, as the dialect says; in the same array. Throws
 * `VARDROP_ROW_LENGTH` unless there is one for each name, and `VARDROP_CSV` for a decimal point among decimal commas.
 */
export function readRecord(
  { who, file, dialect }: RecordContext,
  record: string[],
  names: readonly string[],
  row: number,
): string[] {
  if (record.length !== names.length) {
    const column = names[record.length] ?? names.length + 1;
    const remedy = record.length > names.length ? ' Quote values that contain the delimiter.' : '';
    throw dataError(
      'VARDROP_ROW_LENGTH',
      who,
      { file, row, column },
      {
        got: `${record.length} values`,
        needs: `${names.length}, as the header.${remedy}`,
      },
    );
  }
  if (dialect.trim) for (let i = 0; i < record.length; i++) record[i] = record[i].trim();
  if (dialect.decimal === '.') return record;
  for (let i = 0; i < record.length; i++) {
    const value = withPoint(record[i]);
    if (value === undefined) {
      throw dataError(
        'VARDROP_CSV',
        who,
        { file, row, column: names[i] },
        {
          got: `'${record[i]}'`,
          needs: "a decimal comma as in other rows. Say which it is (decimal: '.' or ',').",
        },
      );
    }
    record[i] = value;
  }
  return record;
}
