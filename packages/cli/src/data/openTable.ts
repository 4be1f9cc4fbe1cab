import { extname } from 'node:path';
import { fromCsv, fromParquet, type TableSource } from '@vardrop/data';

/** Opens a table: Parquet by the ending of its name, any other file as CSV. Throws what `fromParquet` and `fromCsv` throw. */
export function openTable(path: string): Promise<TableSource> {
  return /^\.(parquet|parq|pq)$/i.test(extname(path)) ? fromParquet(path) : fromCsv(path);
}
