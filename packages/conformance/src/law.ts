import type { Backend } from '@vardrop/core';
import type { Failure } from './failure.js';
import type { Ledger } from './ledger.js';
import type { Models } from './models.js';

/** How many cases a law tries: `quick` for every build, `thorough` for a release. */
export type Effort = 'quick' | 'normal' | 'thorough';

/** How many times as many cases as `quick` an effort has. */
export const effortFactor: Readonly<Record<Effort, number>> = { quick: 1, normal: 5, thorough: 40 };

/** The same for samples of one statistic, which have to fit into memory. */
export function sampleFactor(effort: Effort): number {
  return Math.min(effortFactor[effort], 10);
}

/** One generated case of one property, to be run again. */
export interface Replay {
  readonly property: string;
  /** Where the case lies in the property's sequence, as fast-check has it. Default: the whole property. */
  readonly path?: string;
}

/** What a law gets to work with. */
export interface LawContext {
  /** The backend under test. The law disposes of all that it makes on it. */
  readonly backend: Backend;
  readonly effort: Effort;
  /** Decides every case that is tried. */
  readonly seed: number;
  /** Only this case or property. */
  readonly replay?: Replay;
  /** Whether one failure is enough: nothing is tried after it, and it is not shrunk. */
  readonly bail: boolean;
  /** Longest time that one case may take, in milliseconds. */
  readonly caseTimeout: number;
  /** Makes another backend like the one under test; absent where there is only the one. */
  readonly create?: () => Promise<Backend>;
  /** The noise models, estimators, divergences and objective that programs are built with. */
  readonly models: Models;
  /** Where the law writes down what it compared. */
  readonly ledger: Ledger;
  /** Says that a case of a property is about to be tried. */
  progress(property: string): void;
}

/** Something that every backend has to keep. */
export interface Law {
  /** Stable, such as `primitives`. */
  readonly id: string;
  /** One sentence that says what holds. */
  readonly statement: string;
  /**
   * Tries cases, and writes them, comparisons and failures into the ledger. Rejects only if it cannot go on at all;
   * what the backend gets wrong is a failure in the ledger.
   */
  check(context: LawContext): Promise<void>;
}

/** What came of a law on a backend. */
export interface LawResult {
  readonly id: string;
  /** Cases tried (generated programs, or single statistics). */
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Cases that were generated but said nothing about the law, such as an input next to a kink. */
  readonly skipped: number;
  /** Numbers compared, and those among them whose bound says nothing. */
  readonly comparisons: number;
  readonly silent: number;
  /** Largest and median of error over bound, where the bound is not 0; 0 if there was none. */
  readonly worstRatio: number;
  readonly medianRatio: number;
  /** For statistical laws: what they would notice, such as `variance off by 5.1 %`. */
  readonly smallestEffects: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /**
   * How often the backend lost its device (`VARDROP_DEVICE_LOST`) under the law, which was then run again on another
   * backend: 0 or 1.
   */
  readonly deviceLosses: number;
  readonly seconds: number;
}
