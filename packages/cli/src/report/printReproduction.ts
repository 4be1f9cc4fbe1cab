import { counted } from '../counted.js';
import { printTable, wrapText } from './printTable.js';
import type { ReproducedExperiment, ReproductionReport } from './reproductionReport.js';

/** @returns sentences and tables for a terminal. */
export function printReproduction(report: ReproductionReport): string {
  const notice = report.interrupted
    ? ['The run was interrupted. These are the results so far. The same command continues from here.']
    : [];
  return `${[...notice, ...report.experiments.map(printExperiment)].join('\n\n')}\n`;
}

function printExperiment({ name, trials, done, findings, path }: ReproducedExperiment): string {
  const title = `${findings.title}${done < trials ? ` (${done} of ${counted(trials, 'trial')})` : ''}`;
  return [
    `${name}: ${title}`,
    ...findings.tables.map((table) => printTable(table)),
    ...findings.sentences.map(wrapText),
    `results: ${path}`,
  ].join('\n\n');
}
