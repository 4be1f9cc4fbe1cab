import { type Backend, VardropError } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import {
  type BenchBackend,
  type BenchMachine,
  type BenchMemory,
  type BenchReport,
  type BenchResult,
  benchReportVersion,
} from './benchReport.js';
import { type Clock, platformClock } from './clock.js';
import { contractions, gigaflop } from './contractions.js';
import { expectedTime } from './expectedTime.js';
import { createLane, type Lane } from './lane.js';
import { type MemoryProbe, measureMemory } from './measureMemory.js';
import { type RoundTimes, recommend } from './recommend.js';
import { summarizeTimes } from './summarizeTimes.js';
import type { Peer, VariantName, VariantPlan } from './timedVariant.js';
import { commonVariants, createWorkloadData, workloadVariants } from './variants.js';
import { type Workload, workloadW } from './workload.js';

/** A backend or a peer to measure, by name. `create` rejects if it does not start. */
export interface BenchTarget<T> {
  readonly name: string;
  create(): Promise<T>;
}

/** Options of `runBench`. */
export interface BenchOptions {
  readonly targets: readonly BenchTarget<Backend>[];
  /** Steps written with other libraries, timed on the last workload together with the backends. */
  readonly peers?: readonly BenchTarget<Peer>[];
  /** The lightest first, since the times of heavier ones are estimated from lighter ones. See `benchWorkloads`. */
  readonly workloads: readonly Workload[];
  /** Repetitions of each variant, after warm-up. */
  readonly repetitions: number;
  /** Untimed rounds before the first timed one, if the budget allows it. */
  readonly warmup: number;
  /** For each backend and workload. */
  readonly budgetSeconds: number;
  /**
   * Largest number of weights for which all backends take turns in each round. Default: 4 million. On larger workloads backends
   * are measured one after the other, and only the variants of a backend take turns, since all backends together would need
   * many gigabytes.
   */
  readonly weightsTogether?: number;
  readonly machine: Omit<BenchMachine, 'load'>;
  /** Load average of the machine. */
  readonly load?: () => number;
  readonly memory?: MemoryProbe;
  readonly clock?: Clock;
  /** When it aborts, the report holds what has been measured so far. */
  readonly signal?: AbortSignal;
  /** Reports progress, `share` in [0, 1]. */
  onProgress?(progress: { readonly share: number; readonly label: string }): void;
}

const optionNames: Readonly<Record<keyof BenchOptions, true>> = {
  targets: true,
  peers: true,
  workloads: true,
  repetitions: true,
  warmup: true,
  budgetSeconds: true,
  weightsTogether: true,
  machine: true,
  load: true,
  memory: true,
  clock: true,
  signal: true,
  onProgress: true,
};

/** Steps between the two readings of memory. */
const memorySteps = 20;

/**
 * Times every backend on every workload, in interleaved runs: each round times each variant of each backend once, so that other
 * load on the machine affects all of them alike (on the largest workloads: all variants of a backend). A backend that uses up
 * its budget for a workload gets fewer repetitions, or is skipped with the reason. Closes every backend that it starts.
 *
 * @throws VardropError `VARDROP_OPTION` for unknown options; `VARDROP_NO_BACKEND` if no target starts; the signal's reason if it aborts before anything has been measured.
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  checkOptionNames('runBench', options, optionNames);
  const { workloads, repetitions, budgetSeconds, signal, clock = platformClock } = options;
  const loadBefore = options.load?.();
  const bench: Bench = {
    options,
    clock,
    unavailable: [],
    results: [],
    rounds: [],
    leftOut: [],
    stopped: () => signal?.aborted === true,
  };
  const started: Started[] = [];
  const peers: { name: string; peer: Peer }[] = [];
  try {
    for (const target of options.targets) {
      const begun = await start(bench, target);
      if (begun) started.push({ name: target.name, backend: begun.value, startMs: begun.startMs, memory: null });
    }
    if (started.length === 0 && !bench.stopped()) refuseNone(bench.unavailable);
    for (const target of options.peers ?? []) {
      const begun = await start(bench, target);
      if (begun) peers.push({ name: target.name, peer: begun.value });
    }
    await measureAll(bench, started, peers);
  } finally {
    for (const { backend } of started) await backend.close();
    for (const { peer } of peers) await peer.close?.();
  }
  const { results, unavailable, leftOut } = bench;
  if (results.length === 0) signal?.throwIfAborted();
  const loadAfter = options.load?.();
  return {
    version: benchReportVersion,
    machine: {
      ...options.machine,
      ...(loadBefore === undefined || loadAfter === undefined
        ? {}
        : { load: { before: loadBefore, after: loadAfter } }),
    },
    options: { repetitions, budgetSeconds },
    workloads,
    backends: started.map(({ name, startMs, memory }): BenchBackend => ({ name, startMs, memory })),
    unavailable,
    leftOut,
    results,
    recommendation: recommend(
      started.map(({ name }) => name),
      workloads,
      bench.rounds,
    ),
    interrupted: bench.stopped(),
  };
}

/** A benchmark that runs, and what it has found so far. */
interface Bench {
  readonly options: BenchOptions;
  readonly clock: Clock;
  readonly unavailable: { backend: string; reason: string }[];
  readonly results: BenchResult[];
  readonly rounds: RoundTimes[];
  readonly leftOut: { backend: string; workload: string; variant: VariantName; reason: string }[];
  stopped(): boolean;
}

/** A backend that has started. */
interface Started {
  readonly name: string;
  readonly backend: Backend;
  readonly startMs: number;
  memory: BenchMemory | null;
}

/** A backend or a peer, and what is timed on it. */
interface Contestant {
  readonly name: string;
  readonly plans: readonly VariantPlan[];
}

/** Reports progress of a phase, `share` in [0, 1]. */
type Report = (share: number, label: string) => void;

/** Creates a backend or a peer. Undefined if it does not start, or the benchmark was stopped. */
async function start<T>(
  { clock, stopped, unavailable }: Bench,
  target: BenchTarget<T>,
): Promise<{ value: T; startMs: number } | undefined> {
  await clock.pause();
  if (stopped()) return undefined;
  const begin = clock.now();
  try {
    return { value: await target.create(), startMs: clock.now() - begin };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    unavailable.push({ backend: target.name, reason: reason.split('\n')[0] });
    return undefined;
  }
}

/** Measures the workloads one after the other, then what all backends do alike, then memory. */
async function measureAll(
  bench: Bench,
  started: readonly Started[],
  peers: readonly { readonly name: string; readonly peer: Peer }[],
): Promise<void> {
  const { options, clock, stopped } = bench;
  const { workloads, weightsTogether = 4e6 } = options;
  const phases = workloads.length + 2;
  const report =
    (phase: number): Report =>
    (share, label) =>
      options.onProgress?.({ share: (phase + share) / phases, label });
  for (const [phase, workload] of workloads.entries()) {
    report(phase)(0, `${workload.name}: data`);
    await clock.pause();
    if (stopped()) break;
    const data = createWorkloadData(workload);
    const contestants = started.map(({ name, backend }) => ({ name, plans: workloadVariants(backend, data) }));
    if (workload === comparable(workloads)) {
      contestants.push(...peers.map(({ name, peer }) => ({ name, plans: [peerPlan(peer, workload)] })));
    }
    if (weights(workload) <= weightsTogether) await measure(bench, workload, contestants, report(phase));
    else {
      for (const [i, contestant] of contestants.entries()) {
        const part: Report = (share, label) => report(phase)((i + share) / contestants.length, label);
        await measure(bench, workload, [contestant], part);
      }
    }
  }
  if (!stopped()) {
    const data = createWorkloadData(comparable(workloads));
    const contestants = started.map(({ name, backend }) => ({ name, plans: commonVariants(backend, data) }));
    await measure(bench, data.workload, contestants, report(workloads.length));
  }
  for (const [i, entry] of started.entries()) {
    report(workloads.length + 1)(i / started.length, `memory of ${entry.name}`);
    await clock.pause();
    if (options.memory && !stopped()) await remember(bench, entry, options.memory);
  }
}

/** Times one workload on contestants that take turns. */
async function measure(
  bench: Bench,
  workload: Workload,
  contestants: readonly Contestant[],
  report: Report,
): Promise<void> {
  const { clock, leftOut, results, rounds, stopped } = bench;
  const { repetitions, warmup, budgetSeconds } = bench.options;
  const lanes: Lane[] = contestants.map(({ name, plans }) =>
    createLane({
      backend: name,
      plans,
      budget: budgetSeconds * 1000,
      clock,
      expect: (plan) => expect(bench, name, workload, plan),
      leaveOut: (variant, reason) => leftOut.push({ backend: name, workload: workload.name, variant, reason }),
      stopped,
    }),
  );
  try {
    for (const [i, lane] of lanes.entries()) {
      report((0.3 * i) / lanes.length, `${workload.name}: ${lane.backend} warms up`);
      await lane.prepare();
    }
    const running = new Set(lanes);
    for (let round = -warmup; round < repetitions && !stopped(); round++) {
      for (const lane of running) {
        const share = 0.3 + (0.7 * (round + warmup)) / (repetitions + warmup);
        report(share, `${workload.name}: round ${Math.max(1, round + 1)} of ${repetitions}, ${lane.backend}`);
        if (stopped()) break;
        if (!(await lane.round(round >= 0)) && round >= 0) running.delete(lane);
      }
    }
    for (const lane of lanes) {
      const { backend } = lane;
      results.push(...summarizeTimes(backend, workload.name, lane.times()));
      rounds.push(
        ...lane.times().map(({ name, times }) => ({ backend, workload: workload.name, variant: name, times })),
      );
    }
  } finally {
    for (const lane of lanes) lane.dispose();
  }
}

/** The expected time of a run of this backend, from its times on lighter workloads. */
function expect({ options, results }: Bench, backend: string, workload: Workload, { name }: VariantPlan): number {
  const points = results
    .filter((result) => result.backend === backend && result.variant === name)
    .map(({ workload: measured, medianMs }) => {
      const other = options.workloads.find((each) => each.name === measured) as Workload;
      return { work: workOf(other), time: medianMs };
    });
  return expectedTime(points, workOf(workload));
}

/** Measures memory on the heaviest workload for which this backend is fast enough. */
async function remember({ options, results }: Bench, entry: Started, probe: MemoryProbe): Promise<void> {
  const { workloads, budgetSeconds } = options;
  const steps = results.filter(({ backend, variant }) => backend === entry.name && variant === 'variational step');
  const affordable = workloads.filter(({ name }) =>
    steps.some(({ workload, medianMs }) => workload === name && medianMs * (memorySteps + 5) <= budgetSeconds * 1000),
  );
  // W if possible, so that all backends are compared on the same workload.
  const workload = affordable.find(({ name }) => name === workloadW.name) ?? affordable.at(-1);
  if (workload) entry.memory = await measureMemory(entry.backend, workload, memorySteps, probe);
}

function weights({ widths }: Workload): number {
  return widths.slice(1).reduce((sum, out, layer) => sum + widths[layer] * out, 0);
}

function workOf(workload: Workload): number {
  return gigaflop(contractions(workload, true));
}

/** The workload on which backends and peers are compared: W, or the last. */
function comparable(workloads: readonly Workload[]): Workload {
  return workloads.find(({ name }) => name === workloadW.name) ?? workloads[workloads.length - 1];
}

function peerPlan(peer: Peer, workload: Workload): VariantPlan {
  const name = 'variational step';
  const flop = gigaflop(contractions(workload, true));
  return { name, gigaflop: flop, prepare: async () => ({ name, gigaflop: flop, ...(await peer.prepare(workload)) }) };
}

function refuseNone(unavailable: readonly { backend: string; reason: string }[]): never {
  const list = unavailable.map(({ backend, reason }) => `${backend} (${reason})`).join('; ');
  throw new VardropError(
    'VARDROP_NO_BACKEND',
    `[bench] backends: got none that starts: ${list || 'none was named'}, needs one. Install the missing packages, or name another backend.`,
  );
}
