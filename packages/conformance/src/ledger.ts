import type { Failure } from './failure.js';

/** Where one law writes down what it tried on one backend. */
export interface Ledger {
  /** One number compared: its error over its bound, both at least 0. A bound of 0 counts only as a comparison. */
  compare(error: number, bound: number): void;
  /** One number compared whose bound says nothing. */
  silent(): void;
  /** Cases that passed, failed, or were skipped. */
  passed(count?: number): void;
  skipped(count?: number): void;
  failed(failure: Failure): void;
  /** What failed so far. */
  failures(): readonly Failure[];
  /** What a statistic would have noticed, as a part of what it measures. The largest for each name is kept. */
  effect(name: string, smallest: number): void;
}

/** A ledger and what stands in it. */
export interface OpenLedger extends Ledger {
  total(): {
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly comparisons: number;
    readonly silent: number;
    readonly worstRatio: number;
    readonly medianRatio: number;
    readonly smallestEffects: Readonly<Record<string, number>>;
    readonly failures: readonly Failure[];
  };
}

/** Ratios are counted in bins of a 64th of a power of two, which is as fine as a median needs to be. */
const binsPerOctave = 64;

/** An empty ledger. */
export function createLedger(): OpenLedger {
  let passed = 0;
  let skipped = 0;
  let comparisons = 0;
  let silent = 0;
  let worstRatio = 0;
  const bins = new Map<number, number>();
  const failures: Failure[] = [];
  const effects: Record<string, number> = {};

  function median(): number {
    const sorted = [...bins].sort(([a], [b]) => a - b);
    const half = sorted.reduce((sum, [, count]) => sum + count, 0) / 2;
    let seen = 0;
    for (const [bin, count] of sorted) {
      seen += count;
      if (seen >= half) return bin === Number.NEGATIVE_INFINITY ? 0 : 2 ** (bin / binsPerOctave);
    }
    return 0;
  }

  return {
    compare(error, bound) {
      comparisons++;
      if (!(bound > 0)) return;
      const ratio = error / bound;
      worstRatio = Math.max(worstRatio, ratio);
      const bin = ratio > 0 ? Math.round(Math.log2(ratio) * binsPerOctave) : Number.NEGATIVE_INFINITY;
      bins.set(bin, (bins.get(bin) ?? 0) + 1);
    },
    silent() {
      comparisons++;
      silent++;
    },
    passed(count = 1) {
      passed += count;
    },
    skipped(count = 1) {
      skipped += count;
    },
    failed(failure) {
      failures.push(failure);
    },
    failures: () => failures,
    effect(name, smallest) {
      effects[name] = Math.max(effects[name] ?? 0, smallest);
    },
    total: () => ({
      passed,
      failed: failures.length,
      skipped,
      comparisons,
      silent,
      worstRatio,
      medianRatio: median(),
      smallestEffects: { ...effects },
      failures: [...failures],
    }),
  };
}
