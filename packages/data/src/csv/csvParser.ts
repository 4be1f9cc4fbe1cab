import { dataError } from '../dataError.js';
import { type Dialect, isBlank, recordsOf } from './dialect.js';
import { readRecord } from './readRecord.js';

/** The most characters of one row. A quote that is left open would else take in the rest of the file. */
const mostCharacters = 2 ** 24;

export interface CsvParser {
  /** The names of the columns, once the first row has been read. */
  readonly header: readonly string[] | undefined;
  /** The rows that end in the text so far. */
  push(text: string): readonly string[][];
  /** The last row, if no end of line follows it. */
  end(): readonly string[][];
  /** Where the text so far ends: the row and the column that are not complete. */
  place(): { readonly row: number | 'header'; readonly column: string | number };
}

export interface CsvParserOptions {
  readonly who: string;
  readonly file: string | undefined;
  readonly dialect: Dialect;
  /** Names in place of a header; by default the first row has them. */
  readonly names?: readonly string[];
  /** Reads the names in a header. */
  readonly readHeader: (record: readonly string[]) => readonly string[];
}

/**
 * Parses a CSV file that comes in pieces. Ends of lines are `\n`, `\r\n` or `\r`. Empty lines are left out. Throws `VARDROP_CSV` for
 * quotes that are left open or have text after them, and for decimal points among decimal commas; `VARDROP_ROW_LENGTH` for rows
 * with more or fewer values than the header; each with file, row and column.
 */
export function createCsvParser({ who, file, dialect, names, readHeader }: CsvParserOptions): CsvParser {
  let header = names;
  let rest = '';
  let held = '';
  let rows = 0;

  const columnAt = (index: number): string | number => header?.[index] ?? index + 1;
  const rowAt = (index: number) => (header === undefined ? (index === 0 ? 'header' : index) : rows + 1 + index);
  const lengthOf = (text: string) => recordsOf(text, dialect.delimiter, false).data.at(-1)?.length ?? 1;

  function refuse(
    code: string,
    row: number | 'header',
    column: string | number | undefined,
    got: string,
    needs: string,
  ) {
    return dataError(code, who, { file, row, column }, { got, needs });
  }

  function checkQuotes(text: string, parsed: ReturnType<typeof recordsOf>, moreFollows: boolean): void {
    // What is wrong in a row that is not complete is seen when it is.
    const fault = parsed.errors.find(({ row }) => !moreFollows || row < parsed.data.length);
    if (fault === undefined) return;
    const isOpen = fault.code === 'MissingQuotes';
    const blanks = parsed.data.slice(0, fault.row).filter(isBlank).length;
    throw refuse(
      'VARDROP_CSV',
      rowAt(fault.row - blanks),
      columnAt(lengthOf(text.slice(0, Math.max(0, fault.index - 1))) - 1),
      isOpen ? 'a quote that is left open' : 'text after a quoted value',
      isOpen
        ? 'a quote at its end. Close it, or double the quotes in it.'
        : 'a delimiter. Double the quotes in a value.',
    );
  }

  function parse(text: string, moreFollows: boolean): readonly string[][] {
    const parsed = recordsOf(text, dialect.delimiter, moreFollows);
    checkQuotes(text, parsed, moreFollows);
    rest = moreFollows ? text.slice(parsed.meta.cursor) : '';
    if (rest.length > mostCharacters) {
      const column = columnAt(lengthOf(rest) - 1);
      const got = `a row of more than ${mostCharacters} characters`;
      throw refuse('VARDROP_CSV', rowAt(parsed.data.length), column, got, 'an end of it. Close the quote.');
    }
    const records = parsed.data.filter((record) => !isBlank(record));
    if (header === undefined && records.length > 0) header = readHeader(records.shift() as string[]);
    const known = header ?? [];
    const read = records.map((record, i) => readRecord({ who, file, dialect }, record, known, rows + 1 + i));
    rows += read.length;
    return read;
  }

  return {
    get header() {
      return header;
    },
    push(text) {
      const joined = held + text;
      // A line that ends in \r\n may be cut between the two.
      held = joined.endsWith('\r') ? '\r' : '';
      const whole = held === '' ? joined : joined.slice(0, -1);
      return parse(rest + (whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole), true);
    },
    end: () => (rest === '' ? [] : parse(rest, false)),
    place: () => ({ row: rowAt(0), column: columnAt(lengthOf(rest) - 1) }),
  };
}
