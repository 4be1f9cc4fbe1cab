import type { Backend } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import { applyExpectedFailures, type ExpectedFailure, selectLaws } from './expectedFailures.js';
import type { Effort, Law, LawResult } from './law.js';
import { laws as allLaws } from './laws/index.js';
import { openBackend } from './openBackend.js';
import { defaultSeed, type RunOptions, runOptionNames } from './runLaw.js';
import { createSubject } from './subject.js';

/** The backend and the laws to run, and how to run them. */
export interface SuiteOptions extends Omit<RunOptions, 'create'> {
  /** Name of the backend, such as `tfjs:wasm`. */
  readonly name: string;
  /** Creates the backend. Also called for laws that need several backends at once. */
  readonly create: () => Promise<Backend> | Backend;
  /** Time limit of the factory in milliseconds. Default: a minute. */
  readonly createTimeout?: number;
  /** Default: all laws. */
  readonly laws?: readonly Law[];
  readonly expectedFailures?: readonly ExpectedFailure[];
  /** Called with each law's result as soon as it is available. */
  readonly onResult?: (result: LawResult) => void;
}

const suiteOptionNames: Readonly<Record<keyof SuiteOptions, true>> = {
  ...runOptionNames,
  name: true,
  createTimeout: true,
  laws: true,
  expectedFailures: true,
  onResult: true,
};

/** The laws' results on one backend. */
export interface SuiteResult {
  readonly backend: string;
  readonly effort: Effort;
  readonly seed: number;
  readonly laws: readonly LawResult[];
}

/**
 * Creates a backend, runs laws on it and closes it. Throws `VARDROP_BACKEND_FACTORY` if the backend cannot be created,
 * `VARDROP_UNKNOWN_LAW` for expected failures of an unknown law, and `VARDROP_OPTION` for unknown options.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  checkOptionNames('runSuite', options, suiteOptionNames);
  const { name, create, createTimeout, laws = allLaws, expectedFailures = [], onResult, ...ofLaws } = options;
  const { effort = 'quick' } = ofLaws;
  selectLaws(
    allLaws,
    expectedFailures.map(({ law }) => law),
  );
  const subject = createSubject(() => openBackend(name, create, createTimeout));
  const results: LawResult[] = [];
  try {
    for (const law of laws) {
      const found = await subject.run(law, ofLaws);
      // A replayed case says nothing about other expected failures.
      const result = options.replay ? found : applyExpectedFailures(found, expectedFailures);
      results.push(result);
      onResult?.(result);
    }
  } finally {
    await subject.close();
  }
  return { backend: name, effort, seed: options.seed ?? defaultSeed, laws: results };
}

/** A suite's result as it is written to a file. */
export interface SuiteJson {
  readonly backend: string;
  readonly effort: Effort;
  readonly seed: number;
  readonly laws: readonly Pick<
    LawResult,
    'id' | 'cases' | 'passed' | 'failed' | 'skipped' | 'worstRatio' | 'medianRatio' | 'seconds'
  >[];
}

/** The part of a suite's result that is written to a file. */
export function suiteJson({ backend, effort, seed, laws }: SuiteResult): SuiteJson {
  return {
    backend,
    effort,
    seed,
    laws: laws.map(({ id, cases, passed, failed, skipped, worstRatio, medianRatio, seconds }) => ({
      id,
      cases,
      passed,
      failed,
      skipped,
      worstRatio,
      medianRatio,
      seconds,
    })),
  };
}
