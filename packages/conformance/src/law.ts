import type { Backend } from '@vardrop/core';
import type { Failure } from './failure.js';
import type { Ledger } from './ledger.js';
import type { Models } from './models.js';

/** How many cases a law tries: `quick` for every build, `thorough` for a release. */
export type Effort = 'quick' | 'normal' | 'thorough';

/** The number of cases at each effort, relative to `quick`. */
export const effortFactor: Readonly<Record<Effort, number>> = { quick: 1, normal: 5, thorough: 40 };

/** The same for samples of one statistic, which have to fit into memory. */
export function sampleFactor(effort: Effort): number {
  return Math.min(effortFactor[effort], 10);
}

/** One generated case of one property, to run again. */
export interface Replay {
  readonly property: string;
  /** The position of the case in the property's sequence, in fast-check's format. Default: the whole property. */
  readonly path?: string;
}

/** The data and tools that a law gets. */
export interface LawContext {
  /** The backend under test. The law disposes of everything that it makes on it. */
  readonly backend: Backend;
  readonly effort: Effort;
  /** Determines every case. */
  readonly seed: number;
  /** Only this case or property. */
  readonly replay?: Replay;
  /** Whether to stop at the first failure, without shrinking it. */
  readonly bail: boolean;
  /** Time limit of one case in milliseconds. */
  readonly caseTimeout: number;
  /** Makes another backend like the one under test. Absent if there is only one. */
  readonly create?: () => Promise<Backend>;
  /** The noise models, estimators, divergences and objective for building programs. */
  readonly models: Models;
  /** Where the law records its cases, comparisons and failures. */
  readonly ledger: Ledger;
  /** Reports that a case of a property is about to be tried. */
  progress(property: string): void;
}

/** A requirement on every backend. */
export interface Law {
  /** A stable id, such as `primitives`. */
  readonly id: string;
  /** One sentence that states the law. */
  readonly statement: string;
  /**
   * Tries cases, and records them, comparisons and failures in the ledger. Errors of the backend are failures in the
   * ledger. Rejects only if it cannot continue.
   */
  check(context: LawContext): Promise<void>;
}

/** The result of a law on a backend. */
export interface LawResult {
  readonly id: string;
  /** Cases tried (generated programs, or single statistics). */
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Cases that were generated but do not test the law, such as an input next to a kink. */
  readonly skipped: number;
  /** Numbers compared, and how many of them have a bound too wide to say anything. */
  readonly comparisons: number;
  readonly silent: number;
  /** Largest and median ratio of error to bound, among comparisons with a bound other than 0. 0 if there are none. */
  readonly worstRatio: number;
  readonly medianRatio: number;
  /** For statistical laws: the smallest errors that they detect, such as `variance off by 5.1 %`. */
  readonly smallestEffects: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /**
   * How often the backend lost its device (`VARDROP_DEVICE_LOST`) during the law: 0 or 1. The law was then run again on
   * another backend.
   */
  readonly deviceLosses: number;
  readonly seconds: number;
}
