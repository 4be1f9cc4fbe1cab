import type { Cell } from './table.js';

/** The code of a blank; those of tabulators and ends of lines are below it. */
const blank = 32;
const nine = 57;

/** Texts that stand for a missing value where nothing else is said. */
export const missingTexts: readonly string[] = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL'];

/** Whether a value is missing. */
export function isMissing(cell: Cell, texts: ReadonlySet<string>): boolean {
  if (typeof cell === 'string') return texts.has(cell) || (cell.charCodeAt(0) <= blank && texts.has(cell.trim()));
  return cell === null || cell === undefined || Number.isNaN(cell);
}

/**
 * The number of a cell: a number, a big integer, or a text such as `-1.5e3`, with or without blanks around it. Undefined for
 * other texts and for true and false.
 */
export function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell !== 'string') return undefined;
  const number = Number(cell);
  if (Number.isNaN(number)) return undefined;
  const text = cell.charCodeAt(0) <= blank ? cell.trim() : cell;
  // Number('') is 0 and Number('0x1F') is 31. The second character is looked at first, since most cells end here.
  if (text.length < 2) return text === '' ? undefined : number;
  return text.charCodeAt(1) > nine && /^0[xob]/i.test(text) ? undefined : number;
}

/** The text by which a category is known. */
export function textOf(cell: Cell): string {
  return String(cell);
}

/** Whether a cell is of a type that tables have. Anything else, such as a date, has to be converted first. */
export function isCell(cell: unknown): cell is Cell {
  switch (typeof cell) {
    case 'number':
    case 'bigint':
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    default:
      return cell === null;
  }
}

/** Texts in their order: by number if all are numbers, else by code units. */
export function sortTexts(texts: Iterable<string>): string[] {
  const list = [...texts];
  const areNumbers = list.every((text) => Number.isFinite(numberOf(text)));
  return areNumbers
    ? list.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
    : list.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
