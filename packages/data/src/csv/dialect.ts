import Papa from 'papaparse';

/** How a file writes its values. */
export interface Dialect {
  readonly delimiter: string;
  readonly decimal: '.' | ',';
  /** Whether blanks around values are left out. */
  readonly trim: boolean;
}

const delimiters = [',', ';', '\t', '|'];
const decimalComma = /^\s*[+-]?\d+,\d+(?:[eE][+-]?\d+)?\s*$/;
const decimalPoint = /^\s*[+-]?\d*\.\d+(?:[eE][+-]?\d+)?\s*$/;

/** The records of a text. The last one is left out if more text follows. */
export function recordsOf(text: string, delimiter: string, moreFollows: boolean) {
  const parser = new Papa.Parser({ delimiter, newline: '\n', quoteChar: '"', escapeChar: '"' });
  return parser.parse(text, 0, moreFollows) as {
    readonly data: string[][];
    readonly errors: readonly { readonly code: string; readonly row: number; readonly index: number }[];
    readonly meta: { readonly cursor: number };
  };
}

/** Whether a record is an empty line. */
export function isBlank(record: readonly string[]): boolean {
  return record.length === 1 && record[0].trim() === '';
}

/**
 * Finds out how the beginning of a file writes its values; what is given is kept. The delimiter is the one by which most rows
 * have as many values as the first, and more than one. Decimal commas are taken for such if a value has one and none has a
 * decimal point. Blanks are left out if a name in the header begins with one.
 */
export function detectDialect(text: string, moreFollows: boolean, given: Partial<Dialect>): Dialect {
  const delimiter = given.delimiter ?? bestDelimiter(text, moreFollows);
  const [header = [], ...rows] = recordsOf(text, delimiter, moreFollows).data;
  const some = rows.slice(0, 1000).flat();
  const hasCommas = delimiter !== ',' && some.some((value) => decimalComma.test(value));
  const decimal = given.decimal ?? (hasCommas && !some.some((value) => decimalPoint.test(value)) ? ',' : '.');
  return { delimiter, decimal, trim: header.some((name) => /^\s+\S/.test(name)) };
}

function bestDelimiter(text: string, moreFollows: boolean): string {
  const scores = delimiters.map((delimiter) => {
    const rows = recordsOf(text, delimiter, moreFollows).data.filter((record) => !isBlank(record));
    const width = rows[0]?.length ?? 0;
    const alike = rows.filter((row) => row.length === width).length / rows.length;
    return { delimiter, score: width > 1 ? alike + Math.min(width, 100) / 1e4 : 0 };
  });
  return scores.reduce((best, each) => (each.score > best.score ? each : best)).delimiter;
}

/** A value with a decimal point in place of a comma; undefined for a number that has a point already. */
export function withPoint(value: string): string | undefined {
  if (value.includes(',')) return decimalComma.test(value) ? value.replace(',', '.') : value;
  return value.includes('.') && decimalPoint.test(value) ? undefined : value;
}
