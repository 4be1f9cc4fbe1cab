import type { Cell, Table } from '@vardrop/core';
import { VardropError } from '@vardrop/core';
import { checkOptionNames, formatValue } from '@vardrop/core/backend';
import { parquetMetadataAsync, parquetScan, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { dataError } from '../dataError.js';
import { type BytesInput, openBytes } from '../files/openBytes.js';
import { createSource, type TableSource } from '../tableSource.js';
import { checkPages } from './checkPages.js';

export interface ParquetOptions {
  /** The columns that are read; by default all. */
  readonly columns?: readonly string[];
  /** What messages call the file; by default its name. */
  readonly name?: string;
}

/** The most rows of a block. */
const blockRows = 8192;

/**
 * A table in a Parquet file: a path, a `File` or `Blob`, or its bytes. Only the end of the file, which describes it, is read at
 * once. Memory is needed for one of its row groups at a time. Dates become milliseconds since 1970 in UTC.
 *
 * Throws `VARDROP_OPTION`, `VARDROP_TYPE` for other inputs, `VARDROP_FILE` if there is no such file, `VARDROP_PARQUET` for one that is
 * not Parquet, is damaged or cut off, and `VARDROP_COLUMN` for a column that it does not have.
 */
export async function fromParquet(input: BytesInput, options: ParquetOptions = {}): Promise<TableSource> {
  const who = 'fromParquet';
  checkOptionNames(who, options, { columns: true, name: true });
  const { columns: wanted } = options;
  if (wanted !== undefined && !(Array.isArray(wanted) && wanted.every((each) => typeof each === 'string'))) {
    throw new VardropError('VARDROP_OPTION', `[${who}] columns: got ${formatValue(wanted)}, needs a list of names.`);
  }
  if (options.name !== undefined && typeof options.name !== 'string') {
    throw new VardropError('VARDROP_OPTION', `[${who}] name: got ${formatValue(options.name)}, needs a string.`);
  }
  const opened = await openBytes(who, input);
  const name = options.name ?? opened.name;
  const refused = (cause: unknown) =>
    cause instanceof VardropError
      ? cause
      : dataError(
          'VARDROP_PARQUET',
          who,
          { file: name },
          {
            got: cause instanceof Error ? cause.message : String(cause),
            needs: 'a whole Parquet file.',
            cause,
          },
        );
  const attempt = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (cause) {
      throw refused(cause);
    }
  };

  const file = { byteLength: opened.byteLength, slice: opened.slice };
  const { metadata, all } = await attempt(async () => {
    const metadata = await parquetMetadataAsync(file);
    return { metadata, all: parquetSchema(metadata).children.map(({ element }) => element.name) };
  });
  const columns = wanted ?? all;
  const unknown = columns.find((column) => !all.includes(column));
  if (unknown !== undefined) {
    const needs = `one of ${all.map((each) => `'${each}'`).join(', ')}.`;
    throw dataError('VARDROP_COLUMN', who, { file: name, column: unknown }, { got: 'no such column', needs });
  }

  async function* blocks(): AsyncGenerator<Table> {
    const scan = await attempt(() => parquetScan({ file, metadata, columns: [...columns], compressors }));
    for (const { rowStart, rowEnd } of scan.ranges) {
      const values = await attempt(async () => {
        await checkPages(file.slice, metadata, rowStart, columns);
        return Promise.all(columns.map((column) => scan.readColumn({ column, rowStart, rowEnd })));
      });
      if (values.some(({ length }) => length !== rowEnd - rowStart)) throw refused('columns of other lengths');
      for (let start = 0; start < rowEnd - rowStart; start += blockRows) {
        const end = Math.min(start + blockRows, rowEnd - rowStart);
        yield {
          rows: end - start,
          columns: columns.map((column, i) => ({ name: column, values: cellsOf(values[i].slice(start, end)) })),
          source: name,
          firstRow: rowStart + start + 1,
        };
      }
    }
  }

  return createSource({ name, columns, rows: Number(metadata.num_rows), blocks });
}

/** Values as tables have them. */
function cellsOf(values: ArrayLike<unknown>): ArrayLike<Cell> {
  if (ArrayBuffer.isView(values)) return values as unknown as ArrayLike<Cell>;
  return Array.from(values, (value) => (value instanceof Date ? value.getTime() : (value as Cell)));
}
