import { benchFindings, describeTimes, median } from '@vardrop/experiments';
import { markdownOf } from '../markdown.js';

/**
 * @typedef {Awaited<ReturnType<import('./runPart.js').runPart>> & Pick<import('./parts.js').Part, 'name' | 'kind' | 'backend'>} Outcome
 * @typedef {import('@vardrop/experiments').BenchReport} BenchReport
 * @typedef {import('@vardrop/experiments').Table} Table
 */

/** Incremented when the report changes, so that older ones are refused. */
export const kitReportVersion = 1;

/** The results of the parts of a kind that have one. @param {readonly Outcome[]} parts @param {Outcome['kind']} kind @returns {any[]} */
const resultsOf = (parts, kind) => parts.flatMap((part) => (part.kind === kind && part.result ? [part.result] : []));

/** Which of the laws were kept on each backend. @param {readonly Outcome[]} parts @returns {Table} */
function lawTable(parts) {
  /** @type {Map<string, { laws: any[], notRun: string[] }>} */
  const backends = new Map();
  for (const { backend, laws, notRun } of resultsOf(parts, 'laws')) {
    const before = backends.get(backend) ?? { laws: [], notRun: [] };
    backends.set(backend, { laws: [...before.laws, ...laws], notRun: [...before.notRun, ...notRun] });
  }
  return {
    title: 'Laws at effort quick',
    columns: ['backend', 'kept', 'broken', 'not reached in time', 'cases', 'seconds'],
    rows: [...backends].map(([backend, { laws, notRun }]) => {
      const broken = laws.flatMap(({ id, failed }) => (failed > 0 ? [id] : []));
      const total = (/** @type {string} */ key) => laws.reduce((sum, law) => sum + law[key], 0);
      return [
        backend,
        `${laws.length - broken.length} of ${laws.length + notRun.length}`,
        broken.join(', ') || '–',
        laws.length === 0 ? 'all' : notRun.join(', ') || '–',
        total('cases').toLocaleString('en'),
        total('seconds').toFixed(0),
      ];
    }),
  };
}

/** A row for each variant with times. @param {readonly Outcome[]} parts @returns {Table} */
function otherTable(parts) {
  /** @type {string[][]} */
  const rows = [];
  for (const { kind, name, backend = '', result } of parts) {
    const found = /** @type {any} */ (result);
    if (found === undefined) continue;
    if (kind === 'network')
      for (const { name: variant, times } of found.times)
        rows.push([name, variant, describeTimes(times.map((/** @type {{ clock: number }} */ { clock }) => clock)), '']);
    if (kind === 'layer') {
      const product = median(found.times.product);
      for (const [form, times] of Object.entries(found.times))
        rows.push([
          `${name}, ${found.shape.join(' × ')}`,
          `${backend} ${form}`,
          describeTimes(times),
          `${(median(times) / product).toFixed(2)} × the product`,
        ]);
    }
    if (kind === 'noise')
      for (const [place, times] of Object.entries(found.times))
        rows.push([
          `${name}, ${found.count / 1e6} million`,
          `${backend} ${place}`,
          describeTimes(times),
          `${(found.count / 1000 / median(times)).toFixed(0)} million a second`,
        ]);
  }
  return { title: 'LeNet-5, the fused layer and noise', columns: ['what', 'variant', 'milliseconds', 'so'], rows };
}

/** Parts without a whole result, and why. @param {readonly Outcome[]} parts @returns {Table} */
function absenceTable(parts) {
  // The end of what a part printed, without the warnings of Dawn, says why it failed.
  const why = (/** @type {string} */ text) =>
    text
      .replaceAll(/Warning: .*/g, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll('|', '/')
      .slice(-200);
  return {
    title: 'Cut by time, or failed',
    columns: ['part', 'status', 'seconds', 'why'],
    rows: parts
      .filter(({ status }) => status !== 'done')
      .map(({ name, backend, status, seconds, reason = '', result }) => [
        backend === undefined ? name : `${name} on ${backend}`,
        result === undefined ? status : `${status}, with a part of its results`,
        seconds.toFixed(0),
        status === 'stopped' ? 'out of time' : why(reason),
      ]),
  };
}

/** The benchmark's reports of several processes as one. No recommendation: the backends did not take turns. @param {readonly BenchReport[]} reports @returns {BenchReport} */
function merged(reports) {
  const workloads = new Map(reports.flatMap(({ workloads }) => workloads.map((each) => [each.name, each])));
  const started = new Map(reports.flatMap(({ backends }) => backends.map((each) => [each.name, each])).reverse());
  return {
    ...reports[0],
    workloads: [...workloads.values()].sort((a, b) => a.batch - b.batch),
    backends: [...started.values()].reverse(),
    unavailable: reports.flatMap(({ unavailable }) => unavailable),
    leftOut: reports.flatMap(({ leftOut }) => leftOut),
    results: reports.flatMap(({ results }) => results),
    recommendation: null,
    interrupted: false,
  };
}

/** A report of the kit as Markdown. @param {any} report */
export function kitText(report) {
  if (report.version !== kitReportVersion)
    throw new Error(
      `[gpu-kit] report: got version ${report.version}, needs ${kitReportVersion}. Pack and run the kit again.`,
    );
  const { parts, machine, seconds, date } = report;
  const [adapters] = resultsOf(parts, 'device');
  const cards = (adapters ?? []).map(
    (/** @type {any} */ { vendor, architecture, description }) => `${description} (${vendor} ${architecture})`,
  );
  const reports = resultsOf(parts, 'bench');
  const bench = reports.length > 0 ? benchFindings(merged(reports)).tables : [];
  const sentences = [
    `${machine.description}, ${machine.cores} cores, ${machine.runtime}, ${date.slice(0, 10)}, ${seconds.toFixed(0)} s for all.`,
    cards.length > 0
      ? `WebGPU finds ${cards.join(' and ')}.`
      : `WebGPU finds no graphics card; Vulkan loader: ${machine.vulkanLoader ? 'found' : 'none'}, drivers: ${machine.drivers || 'none'}.`,
    'Each backend in processes of its own, one after the other.',
  ];
  return markdownOf(
    sentences,
    [lawTable(parts), ...bench, otherTable(parts), absenceTable(parts)].filter(({ rows }) => rows.length > 0),
  );
}
