import type { Chart, Findings, Table } from '../findings.js';
import type { Json } from '../json.js';
import type { BenchReport, BenchResult } from './benchReport.js';
import type { BenchComparison } from './compareBenchReports.js';
import type { VariantName } from './timedVariant.js';
import { predictionSamples } from './variants.js';
import { type Workload, workloadW } from './workload.js';

/** A report as tables, charts and sentences. `comparison` with an earlier report adds a table. */
export function benchFindings(report: BenchReport, comparison?: BenchComparison): Findings {
  const { machine, recommendation } = report;
  const tables = [
    stepTable(report),
    predictionTable(report),
    scalingTable(report),
    overheadTable(report),
    absenceTable(report),
    ...(comparison ? [comparisonTable(comparison)] : []),
  ];
  const load = machine.load
    ? `, load ${machine.load.before.toFixed(1)} before and ${machine.load.after.toFixed(1)} after`
    : '';
  return {
    title: 'Backends',
    sentences: [
      `${machine.description}, ${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}, ${machine.runtime}${load}.`,
      ...(comparison ? comparisonSentences(comparison) : []),
      ...(report.interrupted ? ['The run was interrupted. This report shows what was measured before.'] : []),
      ...(recommendation?.split('\n') ?? []),
    ],
    tables: tables.filter(({ rows }) => rows.length > 0).map(withoutEmptyColumns),
    charts: scalingCharts(report).filter(({ series }) => series.length > 0),
    data: report as unknown as Json,
  };
}

/** Three significant digits, without exponents. */
function number(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toPrecision(2);
}

const absent = '–';

/** A table without the columns that no row fills, as after an early interruption. */
function withoutEmptyColumns(table: Table): Table {
  const filled = table.columns.map((_, column) => table.rows.some((row) => row[column] !== absent));
  return {
    ...table,
    columns: table.columns.filter((_, column) => filled[column]),
    rows: table.rows.map((row) => row.filter((_, column) => filled[column])),
  };
}

/** `187 (182–216)`, with the number of runs where there are few. */
function spread(result: BenchResult | undefined): string {
  if (result === undefined) return absent;
  const few = result.repetitions < 5 ? ` n=${result.repetitions}` : '';
  return `${number(result.medianMs)} (${number(result.p10Ms)}–${number(result.p90Ms)})${few}`;
}

function finder({ results }: BenchReport, workload: string) {
  return (backend: string, variant: VariantName) =>
    results.find((result) => result.backend === backend && result.workload === workload && result.variant === variant);
}

/** Names of backends and peers that have results, in their order. */
function contestants({ results }: BenchReport): readonly string[] {
  return [...new Set(results.map(({ backend }) => backend))];
}

/** The workload that the main tables show: W, or else the heaviest workload with timed steps. */
function mainWorkload({ workloads, results }: BenchReport): Workload | undefined {
  const measured = workloads.filter(({ name }) =>
    results.some(({ workload, variant }) => workload === name && variant === 'variational step'),
  );
  return measured.find(({ name }) => name === workloadW.name) ?? measured.at(-1);
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? absent : `${(100 * share).toFixed(0)} %`;
}

function stepTable(report: BenchReport): Table {
  const workload = mainWorkload(report);
  const find = finder(report, workload?.name ?? '');
  const rows = contestants(report).flatMap((backend) => {
    const step = find(backend, 'variational step');
    const plain = find(backend, 'deterministic step');
    if (!step && !plain) return [];
    const products = find(backend, 'variational products');
    return [
      [
        backend,
        spread(step),
        spread(plain),
        step?.ratioToDeterministic ? step.ratioToDeterministic.toFixed(2) : absent,
        step?.gflops ? number(step.gflops) : absent,
        products?.gflops ? number(products.gflops) : absent,
        percent(step?.matmulShare),
        percent(plain?.matmulShare),
      ],
    ];
  });
  return {
    title: `A training step: ${describe(workload)}`,
    columns: [
      'backend',
      'variational ms',
      'deterministic ms',
      'ratio',
      'GFLOP/s',
      'its products',
      'share',
      'share det.',
    ],
    rows,
    note: 'Medians (and what lies between a tenth and nine tenths of the runs). GFLOP/s counts matrix products only; “its products” is their rate by themselves, “share” is the part of it that the step reaches.',
  };
}

function describe(workload: Workload | undefined): string {
  if (!workload) return 'none';
  return `${workload.name}, ${workload.widths.join('-')}, batch ${workload.batch}`;
}

function predictionTable(report: BenchReport): Table {
  const rows = report.workloads.flatMap(({ name }) => {
    const find = finder(report, name);
    return contestants(report).flatMap((backend) => {
      const mean = find(backend, 'mean prediction');
      const sampled = find(backend, 'sampled prediction');
      if (!mean && !sampled) return [];
      const ratio = sampled?.ratioToDeterministic;
      return [[name, backend, spread(mean), spread(sampled), ratio ? ratio.toFixed(2) : absent]];
    });
  });
  return {
    title: `Prediction of one minibatch: the weights' means, and ${predictionSamples} Monte-Carlo samples`,
    columns: ['workload', 'backend', 'means ms', 'samples ms', 'a sample / means'],
    rows,
  };
}

function scalingTable(report: BenchReport): Table {
  const backends = contestants(report);
  return {
    title: 'A variational training step by size, ms (ratio to the deterministic step, share of its own products)',
    columns: ['workload', ...backends],
    rows: report.workloads.flatMap(({ name }) => {
      const find = finder(report, name);
      const steps = backends.map((backend) => find(backend, 'variational step'));
      if (steps.every((step) => step === undefined)) return [];
      const cells = steps.map((step) => {
        if (!step) return absent;
        const ratio = step.ratioToDeterministic;
        return ratio === null
          ? number(step.medianMs)
          : `${number(step.medianMs)} (${ratio.toFixed(2)}, ${percent(step.matmulShare)})`;
      });
      return [[name, ...cells]];
    }),
  };
}

function overheadTable(report: BenchReport): Table {
  const find = finder(report, mainWorkload(report)?.name ?? '');
  const common = (backend: string, name: VariantName) =>
    report.results.find((result) => result.backend === backend && result.variant === name);
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return {
    title: 'Start, compilation, noise and memory',
    columns: [
      'backend',
      'start ms',
      'compilation ms',
      'first step ms',
      'million normals/s',
      'live tensors',
      'MiB after, and growth',
    ],
    rows: report.backends.map(({ name, startMs, memory }) => {
      const compilation = common(name, 'compilation');
      const first = find(name, 'variational step')?.firstMs;
      const rate = common(name, 'noise')?.millionNormals;
      const bytes = Object.entries(memory?.bytes ?? {}).map(
        ([kind, { before, after }]) =>
          `${kind} ${mebibytes(after)} ${after < before ? '−' : '+'}${mebibytes(Math.abs(after - before))}`,
      );
      return [
        name,
        number(startMs),
        compilation ? number(compilation.medianMs) : absent,
        first === undefined ? absent : number(first),
        rate ? number(rate) : absent,
        memory ? `${memory.liveTensors.before} → ${memory.liveTensors.after}, ${memory.leakedTensors} left` : absent,
        bytes.length > 0
          ? `${bytes.join(', ')}${memory?.workload === workloadW.name ? '' : ` (${memory?.workload})`}`
          : absent,
      ];
    }),
    note: [
      "Compilation of the variational step's program; the first step compiles as well.",
      ...memoryNote(report),
    ].join(' '),
  };
}

function memoryNote({ backends }: BenchReport): readonly string[] {
  const steps = backends.find(({ memory }) => memory)?.memory?.steps;
  if (steps === undefined) return [];
  return [`Memory of the whole process, live tensors of the backend, before and after ${steps} further steps.`];
}

/** The part of a reason that fits in a table. The report has all of it. */
function shortened(reason: string): string {
  return reason.length > 120 ? `${reason.slice(0, 119)}…` : reason;
}

/**
 * One row for each backend and workload, with the reason of the first missing variant. The others are missing for the same
 * reason.
 */
function absenceTable(report: BenchReport): Table {
  const groups = new Map<string, BenchReport['leftOut'][number][]>();
  for (const entry of report.leftOut) {
    const key = `${entry.backend} ${entry.workload} ${entry.reason.split(':')[0]}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return {
    title: 'Not measured',
    columns: ['backend', 'workload', 'variants', 'why'],
    rows: [
      ...report.unavailable.map(({ backend, reason }) => [backend, 'all', 'all', shortened(reason)]),
      ...[...groups.values()].map((entries) => {
        const [{ backend, workload, reason }] = entries;
        return [backend, workload, entries.map(({ variant }) => variant).join(', '), shortened(reason)];
      }),
    ],
  };
}

function comparisonTable({ changes }: BenchComparison): Table {
  return {
    title: 'Against the earlier report',
    columns: ['backend', 'workload', 'variant', 'before ms', 'now ms', 'now / before', 'change'],
    rows: changes.map(({ backend, workload, variant, beforeMs, afterMs, ratio, change }) => [
      backend,
      workload,
      variant,
      number(beforeMs),
      number(afterMs),
      ratio.toFixed(2),
      change,
    ]),
    note: 'none: a median lies between the 10 % and 90 % quantiles of the other report; unknown: fewer than five runs.',
  };
}

function comparisonSentences({ changes, gone, added, sameMachine }: BenchComparison): readonly string[] {
  const count = (change: string) => changes.filter((each) => each.change === change).length;
  return [
    ...(sameMachine
      ? []
      : ['The earlier report is of another machine or runtime: its milliseconds are not comparable.']),
    `Against the earlier report: ${count('quicker')} quicker, ${count('slower')} slower, ${count('none')} without a change beyond the spread, ${count('unknown')} with too few runs to tell.`,
    ...(gone.length > 0 ? [`Measured before and not now: ${gone.join('; ')}.`] : []),
    ...(added.length > 0 ? [`Measured now and not before: ${added.join('; ')}.`] : []),
  ];
}

/** Step time over units at one batch size, and over batch sizes at one number of units, where there are several. */
function scalingCharts(report: BenchReport): readonly Chart[] {
  const chart = (
    title: string,
    label: string,
    of: (workload: Workload) => number,
    among: readonly Workload[],
  ): Chart => ({
    title,
    x: { label, logarithmic: true },
    y: { label: 'milliseconds', logarithmic: true },
    series: contestants(report).flatMap((name) => {
      const points = among.flatMap((workload) => {
        const step = finder(report, workload.name)(name, 'variational step');
        return step ? [{ x: of(workload), y: step.medianMs, low: step.p10Ms, high: step.p90Ms }] : [];
      });
      return points.length > 0 ? [{ name, points }] : [];
    }),
  });
  const units = ({ widths }: Workload) => widths[1];
  const batch = (workload: Workload) => workload.batch;
  const groups = [
    {
      of: units,
      fixed: batch,
      title: (value: number) => `A variational step on minibatches of ${value}`,
      label: 'units',
    },
    {
      of: batch,
      fixed: units,
      title: (value: number) => `A variational step of layers of ${value} units`,
      label: 'batch',
    },
  ];
  return groups.flatMap(({ of, fixed, title, label }) =>
    [...new Set(report.workloads.map(fixed))].flatMap((value) => {
      const among = report.workloads.filter((workload) => fixed(workload) === value);
      if (among.length < 2) return [];
      return [
        chart(
          title(value),
          label,
          of,
          [...among].sort((a, b) => of(a) - of(b)),
        ),
      ];
    }),
  );
}
