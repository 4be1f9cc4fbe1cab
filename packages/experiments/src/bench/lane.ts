import type { Clock } from './clock.js';
import type { VariantTimes } from './summarizeTimes.js';
import type { TimedVariant, VariantName, VariantPlan } from './timedVariant.js';

/** A backend's (or a peer's) part in the interleaved runs of one workload. */
export interface Lane {
  readonly backend: string;
  /** Prepares the variants that fit in the budget and runs each once. Others, and those that fail, are skipped. */
  prepare(): Promise<void>;
  /**
   * Runs every variant once more (short ones twice). Keeps the times if `keep` is set. Returns false if the budget is used up.
   */
  round(keep: boolean): Promise<boolean>;
  times(): readonly VariantTimes[];
  dispose(): void;
}

/** Options of a lane. */
export interface LaneOptions {
  readonly backend: string;
  readonly plans: readonly VariantPlan[];
  /** Budget in milliseconds, including preparation. Only the first repetition may exceed it. */
  readonly budget: number;
  readonly clock: Clock;
  /** Expected milliseconds of a run, from smaller workloads; 0 if nothing is known. */
  expect(plan: VariantPlan): number;
  leaveOut(variant: VariantName, reason: string): void;
  /** Whether to stop before the next run. */
  stopped(): boolean;
}

/** A duration for readers: `12 s`, `340 ms`. */
function duration(milliseconds: number): string {
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toPrecision(2)} s` : `${milliseconds.toFixed(0)} ms`;
}

/**
 * Before a run shorter than this many milliseconds, the same run is made once untimed. In training, too, a step follows a step,
 * with operands in the caches and threads awake. Longer runs hardly depend on what ran before.
 */
const shortRun = 100;

/** A lane of a backend; see `Lane`. */
export function createLane(options: LaneOptions): Lane {
  const { backend, plans, budget, clock, expect, leaveOut, stopped } = options;
  const entries: { plan: VariantPlan; variant: TimedVariant; first: number; last: number; times: number[] }[] = [];
  let spent = 0;
  let lastRound = 0;

  async function timed<Value>(
    work: () => Promise<Value>,
  ): Promise<{ readonly value: Value; readonly elapsed: number }> {
    await clock.pause();
    const start = clock.now();
    const value = await work();
    const elapsed = clock.now() - start;
    spent += elapsed;
    return { value, elapsed };
  }

  function fail(variant: VariantName, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    leaveOut(variant, `failed: ${message.split('\n')[0]}`);
  }

  return {
    backend,
    async prepare() {
      for (const plan of plans) {
        if (stopped()) return;
        // The variants so far will run once more to be timed; this one runs twice.
        const own = expect(plan);
        if (spent + lastRound + 2 * own > budget) {
          const known = own > 0 ? `about ${duration(own)} per run` : 'a run of unknown length';
          const before = spent > 0 ? ` after ${duration(spent)} of what comes first` : '';
          leaveOut(plan.name, `over budget: ${known}${before}, ${duration(budget)} for all`);
          continue;
        }
        try {
          const { value: variant, elapsed: preparing } = await timed(() => plan.prepare());
          const entry = { plan, variant, first: preparing, last: 0, times: [] };
          entries.push(entry);
          const { elapsed: running } = await timed(() => variant.run());
          entry.first += running;
          entry.last = running;
          lastRound += running;
        } catch (error) {
          fail(plan.name, error);
          if (entries.at(-1)?.plan === plan) entries.pop()?.variant.dispose();
        }
      }
    },
    async round(keep) {
      const wanted = entries.filter(({ plan, times }) => times.length < (plan.repetitions ?? Number.POSITIVE_INFINITY));
      const first = wanted.every(({ times }) => times.length === 0);
      // Warm-up only if the budget allows it; one repetition in any case.
      if (wanted.length === 0 || (!(keep && first) && spent + lastRound * (keep ? 1 : 2) > budget)) return false;
      const before = spent;
      for (const entry of wanted) {
        if (stopped()) return false;
        try {
          if (keep && entry.last < shortRun) await timed(() => entry.variant.run());
          const { elapsed } = await timed(() => entry.variant.run());
          entry.last = elapsed;
          if (keep) entry.times.push(elapsed);
        } catch (error) {
          fail(entry.plan.name, error);
          entries.splice(entries.indexOf(entry), 1);
          entry.variant.dispose();
        }
      }
      lastRound = spent - before;
      return true;
    },
    times: () =>
      entries.map(({ variant, first, times }) => ({ name: variant.name, gigaflop: variant.gigaflop, first, times })),
    dispose() {
      for (const { variant } of entries) variant.dispose();
      entries.length = 0;
    },
  };
}
