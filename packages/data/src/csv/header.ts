import { dataError } from '../dataError.js';
import type { CsvOptions } from './csvOptions.js';
import type { Dialect } from './dialect.js';

/**
 * The names in the first record: without blanks around them, `column 3` for an empty one. Throws `VARDROP_COLUMN` for a name that is
 * repeated, and `VARDROP_CSV` if all are numbers and nothing says that they are names.
 */
export function readHeader(
  who: string,
  file: string | undefined,
  record: readonly string[],
  areNames: boolean,
): readonly string[] {
  const names = record.map((name, i) => name.trim() || `column ${i + 1}`);
  const isNumber = (text: string) => text.trim() !== '' && Number.isFinite(Number(text.replace(',', '.')));
  if (!areNames && record.every(isNumber)) {
    throw dataError(
      'VARDROP_CSV',
      who,
      { file, row: 'header' },
      {
        got: 'numbers only',
        needs: 'names of columns. Say header: false if there are none, or header: true if these are the names.',
      },
    );
  }
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (twice < 0) return names;
  throw dataError(
    'VARDROP_COLUMN',
    who,
    { file, row: 'header', column: twice + 1 },
    {
      got: `the name '${names[twice]}' again`,
      needs: 'each name once.',
    },
  );
}

const separators: Readonly<Record<string, string>> = { ';': 'semicolons', '\t': 'tabulators', '|': '|', ',': 'commas' };

/** What is said about a file whose beginning is `records`. */
export function notesOf(found: {
  readonly dialect: Dialect;
  readonly given: CsvOptions;
  readonly mark: string | undefined;
  readonly records: readonly (readonly string[])[];
  readonly columns: readonly string[];
}): readonly string[] {
  const { dialect, given, mark, records, columns } = found;
  const notes: string[] = [];
  if (mark !== undefined && given.encoding === undefined) notes.push(`The byte order mark says ${mark.toUpperCase()}.`);
  if (given.delimiter === undefined && dialect.delimiter !== ',') {
    notes.push(`Values are separated by ${separators[dialect.delimiter]}.`);
  }
  if (given.decimal === undefined && dialect.decimal === ',') notes.push('Decimal commas are read as points.');
  if (dialect.trim) notes.push('Blanks around values are left out.');
  if (given.header === undefined || given.header === true) {
    records[0].forEach((name, i) => {
      if (name.trim() === '') notes.push(`Column ${i + 1} has no name in the header. It is called '${columns[i]}'.`);
    });
  }
  columns.forEach((name, i) => {
    const value = records
      .slice(1)
      .find((record) => /^\s*[+-]?\d{1,3}(?:[, ']\d{3})+(?:\.\d+)?\s*$/.test(record[i] ?? ''));
    if (value !== undefined && dialect.decimal === '.') {
      notes.push(`Column '${name}' has '${value[i]}': numbers with separators of thousands are read as texts.`);
    }
  });
  return notes;
}
