import type { Table } from '@vardrop/experiments';
import { numericColumns } from './numericColumns.js';
import type { ReproducedExperiment, ReproductionReport } from './reproductionReport.js';

/** Longest line of running text. */
const lineWidth = 100;

/** @returns sentences and tables for a terminal. */
export function printReproduction(report: ReproductionReport): string {
  const notice = report.interrupted
    ? ['Stopped before the end; this is what there is so far. The same command goes on from here.']
    : [];
  return `${[...notice, ...report.experiments.map(printExperiment)].join('\n\n')}\n`;
}

function printExperiment({ name, trials, done, findings, path }: ReproducedExperiment): string {
  const title = `${findings.title}${done < trials ? ` (${done} of ${trials} trials)` : ''}`;
  return [
    `${name}: ${title}`,
    ...findings.tables.map(printTable),
    ...findings.sentences.map((sentence) => wrap(sentence)),
    `results: ${path}`,
  ].join('\n\n');
}

function printTable({ title, columns, rows, note }: Table): string {
  const right = numericColumns(columns, rows);
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const lines = [title, line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)];
  return [...lines, ...(note === undefined ? [] : [wrap(note)])].join('\n');
}

function wrap(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== '' && last.length + 1 + word.length > lineWidth) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join('\n');
}
