import type { FileMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

/** Reads bytes of a file. */
type Slice = (start: number, end: number) => Promise<ArrayBuffer>;

/**
 * Walks over the pages of the row group that begins with row `rowStart`, before they are decoded: the decoder trusts their headers, and
 * those of a damaged file may send it round in a circle or have it make arrays of any size. Throws an error unless the pages of
 * each column fill its bytes and have a value for each row. Columns of lists and of structures, which tables do not have, are not
 * looked at.
 */
export async function checkPages(
  slice: Slice,
  { row_groups: groups }: FileMetaData,
  rowStart: number,
  wanted: readonly string[],
): Promise<void> {
  let first = 0;
  const group = groups.find(({ num_rows: rows }) => {
    const isIt = first === rowStart && rows > 0n;
    first += Number(rows);
    return isIt;
  });
  for (const { meta_data: about } of group?.columns ?? []) {
    if (about === undefined) throw new Error('a column without a description');
    const { path_in_schema: path, dictionary_page_offset: dictionary, data_page_offset: data } = about;
    if (path.length !== 1 || !wanted.includes(path[0])) continue;
    const start = Number(dictionary || data);
    const bytes = await slice(start, start + Number(about.total_compressed_size));
    checkColumn(bytes, Number(group?.num_rows), Number(about.total_uncompressed_size));
  }
}

function checkColumn(bytes: ArrayBuffer, rows: number, most: number): void {
  const reader = { view: new DataView(bytes), offset: 0 };
  let values = 0;
  while (reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const left = bytes.byteLength - reader.offset;
    checkSizes(header, left, most);
    const data = header.data_page_header ?? header.data_page_header_v2;
    if (data !== undefined) {
      if (!isWithin(data.num_values, rows - values)) throw new Error('a page with other values');
      values += data.num_values;
    }
    reader.offset += header.compressed_page_size;
  }
  if (values !== rows) throw new Error(`${values} values of ${rows} rows`);
}

function checkSizes(header: PageHeader, left: number, most: number): void {
  const { compressed_page_size: size, uncompressed_page_size: whole } = header;
  if (!isWithin(size, left) || !isWithin(whole, most)) throw new Error('a page of another size');
  const dictionary = header.dictionary_page_header;
  // Each value of a dictionary takes a bit at least.
  if (dictionary !== undefined && !isWithin(dictionary.num_values, 8 * whole))
    throw new Error('a dictionary of another size');
  const v2 = header.data_page_header_v2;
  if (v2 === undefined) return;
  const levels = v2.definition_levels_byte_length + v2.repetition_levels_byte_length;
  const isSound =
    isWithin(v2.num_nulls, v2.num_values) &&
    isWithin(v2.definition_levels_byte_length, size) &&
    isWithin(v2.repetition_levels_byte_length, size) &&
    isWithin(levels, size);
  if (!isSound) throw new Error('a page of other levels');
}

function isWithin(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
