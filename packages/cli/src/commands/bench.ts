import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import { sep } from 'node:path';
import { VardropError } from '@vardrop/core';
import {
  type BenchReport,
  benchFindings,
  benchWorkloads,
  compareBenchReports,
  readBenchReport,
  runBench,
} from '@vardrop/experiments';
import type { BenchCommandOptions } from '../arguments/benchCommand.js';
import { startBackend } from '../backends/startBackend.js';
import type { BenchProgress } from '../bench/benchProgress.js';
import { handWrittenTfjs } from '../bench/peers/handWrittenTfjs.js';
import { jaxJs } from '../bench/peers/jaxJs.js';
import { readMemory } from '../bench/readMemory.js';
import { backends } from '../choices.js';
import type { BenchOutcome } from '../commandTypes.js';
import { readRegular } from '../files/openRegular.js';
import { writeOutput } from '../files/output.js';
import { printTable, wrapText } from '../report/printTable.js';

/** The sizes of a benchmark by default and with `--quick`. */
const full = { repetitions: 20, warmup: 2, budgetSeconds: 12 };
const quick = { repetitions: 7, warmup: 1, budgetSeconds: 8 };

/**
 * `vardrop bench`: times the backends of this machine, writes the report, and compares it with an earlier one. When `signal`
 * aborts, it stops after the current run with the results so far, or throws the signal's reason if there are none.
 *
 * @throws VardropError `VARDROP_BENCH_REPORT` and `VARDROP_INPUT_UNREADABLE` for an invalid earlier report, before anything is measured; `VARDROP_NO_BACKEND`.
 */
export async function bench(
  options: BenchCommandOptions,
  progress: BenchProgress,
  signal: AbortSignal,
): Promise<BenchOutcome> {
  const before = options.against === undefined ? undefined : await readEarlier(options.against);
  const defaults = options.quick ? quick : full;
  const measured = await runBench({
    targets: (options.backends ?? backends.filter((name) => name !== 'reference')).map((name) => ({
      name,
      // Without a worker, so that messages between threads are not timed.
      create: () => startBackend('vardrop bench', name, { worker: false }),
    })),
    peers: options.peers
      ? [
          { name: 'tfjs by hand', create: handWrittenTfjs },
          { name: 'jax-js', create: jaxJs },
        ]
      : [],
    workloads: benchWorkloads(options.quick).filter(({ batch }) => options.batch?.includes(batch) ?? true),
    repetitions: options.repetitions ?? defaults.repetitions,
    warmup: defaults.warmup,
    budgetSeconds: options.budget ?? defaults.budgetSeconds,
    machine: {
      description: cpus()[0]?.model.trim() ?? 'unknown processor',
      runtime: `Node ${process.versions.node}, ${platform()} ${arch()}`,
      cores: availableParallelism(),
    },
    load: () => loadavg()[0],
    memory: readMemory,
    signal,
    onProgress: ({ share, label }) => progress.show(share, label),
  });
  // Reports are shared and compared, so paths of this machine are removed.
  const unavailable = measured.unavailable.map(({ backend, reason }) => ({
    backend,
    reason: reason.replaceAll(`${process.cwd()}${sep}`, ''),
  }));
  const report = { ...measured, unavailable };
  if (options.json !== undefined) {
    await writeOutput({ option: '--json', path: options.json }, `${JSON.stringify(report, null, 2)}\n`);
  }
  return { text: printBench(report, before), interrupted: report.interrupted };
}

async function readEarlier(path: string): Promise<BenchReport> {
  let text: string;
  try {
    text = Buffer.from(await readRegular(path)).toString();
  } catch (cause) {
    throw new VardropError(
      'VARDROP_INPUT_UNREADABLE',
      `[vardrop] --against: got ${path}, which cannot be read, needs a report. Check the path.`,
      { cause },
    );
  }
  return readBenchReport(text, path);
}

/** Tables and sentences, the recommendation last. */
export function printBench(report: BenchReport, before?: BenchReport): string {
  const { tables, sentences } = benchFindings(report, before && compareBenchReports(before, report));
  return `${[...tables.map(printTable), ...sentences.map(wrapText)].join('\n\n')}\n`;
}
