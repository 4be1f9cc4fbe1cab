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
import { recommend } from './recommend.js';
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
  const { workloads, repetitions, budgetSeconds, signal, clock = platformClock, weightsTogether = 4e6 } = options;
  checkOptionNames('runBench', options, optionNames);
  const loadBefore = options.load?.();
  const unavailable: { backend: string; reason: string }[] = [];
  const started: { name: string; backend: Backend; startMs: number; memory: BenchMemory | null }[] = [];
  const peers: { name: string; peer: Peer }[] = [];
  const results: BenchResult[] = [];
  const leftOut: { backend: string; workload: string; variant: VariantName; reason: string }[] = [];
  const stopped = () => signal?.aborted === true;

  async function start<T>(target: BenchTarget<T>): Promise<{ value: T; startMs: number } | undefined> {
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

  /** The expected time of a run of this backend, from its times on lighter workloads. */
  function expect(backend: string, workload: Workload, { name }: VariantPlan): number {
    const points = results
      .filter((result) => result.backend === backend && result.variant === name)
      .map(({ workload: measured, medianMs }) => {
        const other = workloads.find((each) => each.name === measured) as Workload;
        return { work: workOf(other), time: medianMs };
      });
    return expectedTime(points, workOf(workload));
  }

  async function measure(
    workload: Workload,
    contestants: readonly { name: string; plans: readonly VariantPlan[] }[],
    report: (share: number, label: string) => void,
  ): Promise<void> {
    const lanes: Lane[] = contestants.map(({ name, plans }) =>
      createLane({
        backend: name,
        plans,
        budget: budgetSeconds * 1000,
        clock,
        expect: (plan) => expect(name, workload, plan),
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
      for (let round = -options.warmup; round < repetitions && !stopped(); round++) {
        for (const lane of running) {
          const share = 0.3 + (0.7 * (round + options.warmup)) / (repetitions + options.warmup);
          report(share, `${workload.name}: round ${Math.max(1, round + 1)} of ${repetitions}, ${lane.backend}`);
          if (stopped()) break;
          if (!(await lane.round(round >= 0)) && round >= 0) running.delete(lane);
        }
      }
      for (const lane of lanes) results.push(...summarizeTimes(lane.backend, workload.name, lane.times()));
    } finally {
      for (const lane of lanes) lane.dispose();
    }
  }

  /** Memory on the heaviest workload for which this backend is fast enough. */
  async function remember(entry: (typeof started)[number], probe: MemoryProbe): Promise<void> {
    const steps = results.filter(({ backend, variant }) => backend === entry.name && variant === 'variational step');
    const affordable = workloads.filter(({ name }) =>
      steps.some(({ workload, medianMs }) => workload === name && medianMs * (memorySteps + 5) <= budgetSeconds * 1000),
    );
    // W if possible, so that all backends are compared on the same workload.
    const workload = affordable.find(({ name }) => name === workloadW.name) ?? affordable.at(-1);
    if (workload) entry.memory = await measureMemory(entry.backend, workload, memorySteps, probe);
  }

  try {
    for (const target of options.targets) {
      const begun = await start(target);
      if (begun) started.push({ name: target.name, backend: begun.value, startMs: begun.startMs, memory: null });
    }
    if (started.length === 0 && !stopped()) refuseNone(unavailable);
    for (const target of options.peers ?? []) {
      const begun = await start(target);
      if (begun) peers.push({ name: target.name, peer: begun.value });
    }
    const phases = workloads.length + 2;
    const report = (phase: number) => (share: number, label: string) =>
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
      if (weights(workload) <= weightsTogether) await measure(workload, contestants, report(phase));
      else {
        for (const [i, contestant] of contestants.entries()) {
          const part = (share: number, label: string) => report(phase)((i + share) / contestants.length, label);
          await measure(workload, [contestant], part);
        }
      }
    }
    if (!stopped()) {
      const data = createWorkloadData(comparable(workloads));
      const contestants = started.map(({ name, backend }) => ({ name, plans: commonVariants(backend, data) }));
      await measure(data.workload, contestants, report(workloads.length));
    }
    for (const [i, entry] of started.entries()) {
      report(workloads.length + 1)(i / started.length, `memory of ${entry.name}`);
      await clock.pause();
      if (options.memory && !stopped()) await remember(entry, options.memory);
    }
  } finally {
    for (const { backend } of started) await backend.close();
    for (const { peer } of peers) await peer.close?.();
  }
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
      results,
    ),
    interrupted: stopped(),
  };
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
