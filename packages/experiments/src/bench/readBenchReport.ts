import { VardropError } from '@vardrop/core';
import { type BenchReport, benchReportVersion } from './benchReport.js';

/**
 * Reads a report from a file.
 *
 * @param text JSON.
 * @param name of the file, for messages.
 * @throws VardropError `VARDROP_BENCH_REPORT` for anything that is not a report of this version.
 */
export function readBenchReport(text: string, name: string): BenchReport {
  const refuse = (got: string, cause?: unknown): never => {
    throw new VardropError(
      'VARDROP_BENCH_REPORT',
      `[bench] against: got ${name}, ${got}, needs a report of version ${benchReportVersion}. Write one with vardrop bench --json FILE.`,
      { cause },
    );
  };
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (error) {
    return refuse('which is not JSON', error);
  }
  if (!isRecord(report) || !('version' in report)) return refuse('which has no version');
  if (report.version !== benchReportVersion) return refuse(`of version ${JSON.stringify(report.version)}`);
  const { machine, workloads, results } = report;
  if (!isRecord(machine) || typeof machine.description !== 'string') return refuse('which names no machine');
  const lacking = (what: string, entries: unknown, isWhole: (entry: Record<string, unknown>) => boolean) => {
    if (!Array.isArray(entries)) return refuse(`which has no ${what}s`);
    const broken = entries.findIndex((entry) => !isRecord(entry) || !isWhole(entry));
    if (broken >= 0) refuse(`whose ${what} ${broken + 1} is incomplete`);
  };
  lacking(
    'workload',
    workloads,
    ({ name, widths, batch }) => typeof name === 'string' && Array.isArray(widths) && isCount(batch),
  );
  lacking(
    'result',
    results,
    ({ backend, workload, variant, repetitions, medianMs, p10Ms, p90Ms }) =>
      [backend, workload, variant].every((each) => typeof each === 'string') &&
      isCount(repetitions) &&
      [medianMs, p10Ms, p90Ms].every((each) => typeof each === 'number' && each >= 0),
  );
  return report as unknown as BenchReport;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
