/** A column of a table that is written. */
export interface CsvColumn {
  readonly name: string;
  readonly values: ArrayLike<number | string>;
}

/** @returns columns as CSV (RFC 4180) with a header: commas, points, and quotes around texts that need them. */
export function csvOf(columns: readonly CsvColumn[], rows: number): string {
  const lines = [columns.map(({ name }) => quoted(name)).join(',')];
  for (let row = 0; row < rows; row++) lines.push(columns.map(({ values }) => quoted(String(values[row]))).join(','));
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
