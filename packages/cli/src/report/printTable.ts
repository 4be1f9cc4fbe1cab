import type { Table } from '@vardrop/experiments';
import { numericColumns } from './numericColumns.js';

/** Longest line of running text. */
const lineWidth = 110;

/** @returns a table for a terminal: title, columns, rows and note; columns of numbers aligned to the right. */
export function printTable({ title, columns, rows, note }: Table): string {
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i].length)));
  const right = numericColumns(columns, rows);
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
