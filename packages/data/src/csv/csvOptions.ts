import { VardropError } from '@vardrop/core';
import { checkOptionNames, formatValue } from '@vardrop/core/backend';
import { checkEncoding } from '../files/decodeText.js';

export interface CsvOptions {
  /** What separates values; by default the best of comma, semicolon, tabulator and `|`. */
  readonly delimiter?: string;
  /** What separates the decimals of numbers; by default a comma if numbers have one and none has a point. */
  readonly decimal?: '.' | ',';
  /** The encoding, such as `windows-1252`; by default what the file's byte order mark says, else UTF-8. */
  readonly encoding?: string;
  /** Whether the first row has the names of the columns (the default), or their names. */
  readonly header?: boolean | readonly string[];
  /** What messages call the file; by default its name. */
  readonly name?: string;
}

/** Throws `VARDROP_OPTION`. */
export function checkCsvOptions(who: string, options: CsvOptions): void {
  checkOptionNames(
    who,
    options,
    { delimiter: true, decimal: true, encoding: true, header: true, name: true },
    { separator: 'Write delimiter: ….', sep: 'Write delimiter: ….', columns: 'Write header: ….' },
  );
  const { delimiter, decimal, encoding, header, name } = options;
  const refuse = (option: string, value: unknown, needs: string) => {
    throw new VardropError('VARDROP_OPTION', `[${who}] ${option}: got ${formatValue(value)}, needs ${needs}.`);
  };
  const isDelimiter = typeof delimiter === 'string' && delimiter.length === 1 && !/["\r\n\uFEFF]/.test(delimiter);
  if (delimiter !== undefined && !isDelimiter)
    refuse('delimiter', delimiter, 'one character, such as ; or a tabulator');
  if (decimal !== undefined && decimal !== '.' && decimal !== ',') refuse('decimal', decimal, "'.' or ','");
  if (encoding !== undefined) checkEncoding(who, encoding);
  const isHeader =
    typeof header === 'boolean' || (Array.isArray(header) && header.every((each) => typeof each === 'string'));
  if (header !== undefined && !isHeader) refuse('header', header, 'true, false or a list of names');
  if (name !== undefined && typeof name !== 'string') refuse('name', name, 'a string');
}
