import type { Table } from '@vardrop/experiments';

/** Longest line of running text. */
const lineWidth = 110;

/** What a cell of a column of numbers begins with, spreads and remarks behind it. */
const numeric = /^[\d–−+]/;

/**
 * @param right whether a column is aligned to the right; those whose cells all begin with a number are where it is left
 * out, the first excepted.
 * @returns a table for a terminal: title, columns, rows and note.
 */
export function printTable(
  { title, columns, rows, note }: Table,
  right: readonly boolean[] = columns.map((_, i) => i > 0 && rows.every((row) => numeric.test(row[i]))),
): string {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const lines = [title, line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)];
  return [...lines, ...(note === undefined ? [] : [wrapText(note)])].join('\n');
}

/** @returns running text in lines that a terminal can hold. */
export function wrapText(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > lineWidth) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}
