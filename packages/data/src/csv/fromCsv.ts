import type { Table } from '@vardrop/core';
import { dataError } from '../dataError.js';
import { decodePieces, EncodingFault } from '../files/decodeText.js';
import { openPieces, type TextInput } from '../files/openPieces.js';
import { createSource, type TableSource } from '../tableSource.js';
import { type CsvOptions, checkCsvOptions } from './csvOptions.js';
import { createCsvParser } from './csvParser.js';
import { type Dialect, detectDialect, isBlank, recordsOf } from './dialect.js';
import { readersOf, readHead } from './head.js';
import { notesOf, readHeader } from './header.js';

/**
 * A table in a CSV file: a path, a `File` or `Blob`, a stream of Node or of a page, or `{ text }`. Its beginning is read at once,
 * to find out the dialect; what is not a comma, a point and UTF-8 is said in `notes`. Values are texts; `fitPreprocessing` reads
 * numbers. Memory does not grow with the file. A stream can be read once only.
 *
 * Throws `VARDROP_OPTION`, `VARDROP_TYPE` for other inputs, `VARDROP_FILE` if there is no such file, `VARDROP_EMPTY` for an empty
 * one, `VARDROP_ENCODING` for bytes that are not of the encoding, `VARDROP_CSV` for open quotes, text after quotes, decimal points
 * among decimal commas and a header of numbers, `VARDROP_COLUMN` for names that are repeated, `VARDROP_ROW_LENGTH` for rows with
 * more or fewer values than the header, and `VARDROP_STREAM` for a stream that is read again; with file, row and column.
 */
export async function fromCsv(input: TextInput, options: CsvOptions = {}): Promise<TableSource> {
  const who = 'fromCsv';
  checkCsvOptions(who, options);
  const opened = openPieces(who, input);
  const pieces = { ...opened, name: options.name ?? opened.name };
  const head = await readHead(pieces, options.encoding);
  const { text, encoding, isAll } = head;
  const place = { file: pieces.name };

  let dialect: Dialect;
  try {
    dialect = detectDialect(text, !isAll, options);
  } finally {
    if (pieces.again) await head.close();
  }
  const records = recordsOf(text, dialect.delimiter, !isAll).data.filter((record) => !isBlank(record));
  if (records.length === 0) {
    throw dataError('VARDROP_EMPTY', who, place, { got: 'no rows', needs: 'at least a header.' });
  }
  const names = namesFor(options.header, records[0].length);
  const columns = names ?? readHeader(who, pieces.name, records[0], options.header === true);
  const read = readersOf(who, pieces, head);

  async function* blocks(): AsyncGenerator<Table> {
    const parser = createCsvParser({ who, file: pieces.name, dialect, names, readHeader: () => columns });
    let firstRow = 1;
    function* blockOf(rows: readonly string[][]): Generator<Table> {
      if (rows.length === 0) return;
      yield {
        rows: rows.length,
        columns: columns.map((name, i) => ({ name, values: rows.map((row) => row[i]) })),
        source: pieces.name,
        firstRow,
      };
      firstRow += rows.length;
    }
    try {
      for await (const piece of decodePieces(read(), encoding)) yield* blockOf(parser.push(piece));
    } catch (error) {
      if (!(error instanceof EncodingFault)) throw error;
      yield* blockOf(parser.push(error.before));
      throw dataError(
        'VARDROP_ENCODING',
        who,
        { ...place, ...parser.place() },
        {
          got: `bytes that are not ${encoding}`,
          needs: "text of this encoding. Say which it is, such as encoding: 'windows-1252', or save the file as UTF-8.",
        },
      );
    }
    yield* blockOf(parser.end());
  }

  const notes = notesOf({ dialect, given: options, mark: head.mark, records, columns });
  return createSource({ name: pieces.name, columns, notes, blocks });
}

/** The names that stand in place of a header; undefined if the file has one. */
function namesFor(header: CsvOptions['header'], width: number): readonly string[] | undefined {
  if (header === false) return Array.from({ length: width }, (_, i) => `column ${i + 1}`);
  return typeof header === 'object' ? header : undefined;
}
