import { VardropError } from '@vardrop/core';

/** Where in a file something is: the rows of data count from 1, without the header. */
export interface DataPlace {
  readonly file?: string;
  readonly row?: number | 'header';
  /** The name of the column, or its number from 1 on. */
  readonly column?: string | number;
}

/** An error about data that are read, with file, row and column. */
export function dataError(
  code: string,
  who: string,
  { file, row, column }: DataPlace,
  fault: { readonly got: string; readonly needs: string; readonly cause?: unknown },
): VardropError {
  const place = [
    ...(file === undefined ? [] : [file]),
    ...(row === undefined ? [] : [row === 'header' ? 'header' : `row ${row}`]),
    ...(column === undefined ? [] : [typeof column === 'number' ? `column ${column}` : `column '${column}'`]),
  ];
  const { got, needs, cause } = fault;
  const options = cause === undefined ? undefined : { cause };
  return new VardropError(code, `[${who}] ${place.join(', ') || 'data'}: got ${got}, needs ${needs}`, options);
}
