import type { Failure } from './failure.js';

/** Records what one law tried on one backend. */
export interface Ledger {
  /**
   * Records a comparison: error and bound, both at least 0. With a bound of 0, only the number of comparisons grows.
   */
  compare(error: number, bound: number): void;
  /** Records a comparison whose bound is too wide to say anything. */
  silent(): void;
  /** Records cases that passed, failed, or were skipped. */
  passed(count?: number): void;
  skipped(count?: number): void;
  failed(failure: Failure): void;
  /** All failures so far. */
  failures(): readonly Failure[];
  /**
   * Records the smallest error that a statistic detects, relative to the measured quantity. Keeps the largest for each
   * name.
   */
  effect(name: string, smallest: number): void;
}

/** A ledger with its contents. */
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

/** Ratios are counted in bins of a 64th of a power of two. This is accurate enough for a median. */
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
