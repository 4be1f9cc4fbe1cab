import { type Backend, VardropError } from '@vardrop/core';
import { checkOptionNames } from '@vardrop/core/backend';
import { applyExpectedFailures, type ExpectedFailure, selectLaws } from './expectedFailures.js';
import { formatFailures } from './formatFailure.js';
import type { Effort, Law, LawResult } from './law.js';
import { laws as allLaws } from './laws/index.js';
import { openBackend } from './openBackend.js';
import { lawTimeouts } from './runLaw.js';
import { createSubject } from './subject.js';

/** The part of a test runner (vitest, jest, mocha, …) that the suite needs. */
export interface TestRunner {
  describe(name: string, register: () => void): void;
  it(name: string, run: () => Promise<void>, timeout?: number): void;
  afterAll(run: () => Promise<void>): void;
}

/** The backend to test, and how to test it. */
export interface ConformanceOptions {
  /** Name of the suite, such as `tfjs:wasm`. */
  readonly name: string;
  /** Creates the backend, which is closed at the end. Also called for laws that need several backends at once. */
  readonly create: () => Promise<Backend> | Backend;
  /**
   * `describe`, `it` and `afterAll`: `import * as runner from 'vitest'`. Default: the global functions of these names.
   */
  readonly runner?: TestRunner;
  readonly effort?: Effort;
  readonly seed?: number;
  /** Default: all laws. */
  readonly laws?: readonly Law[];
  /** Known failures of the backend. A known failure that passes is itself a failure. */
  readonly expectedFailures?: readonly ExpectedFailure[];
  /** Time limit of one case in milliseconds. Default: a minute. */
  readonly caseTimeout?: number;
  /** Called with every law's result, for example to print tables. */
  readonly report?: (result: LawResult) => void;
}

const optionNames: Readonly<Record<keyof ConformanceOptions, true>> = {
  name: true,
  create: true,
  runner: true,
  effort: true,
  seed: true,
  laws: true,
  expectedFailures: true,
  caseTimeout: true,
  report: true,
};

/**
 * Registers a test for each law with a test runner. A backend that passes all laws computes core's programs correctly.
 * Throws `VARDROP_UNKNOWN_LAW` for expected failures of an unknown law, `VARDROP_RUNNER` without a runner, and
 * `VARDROP_OPTION` for unknown options.
 *
 * ```ts
 * import * as runner from 'vitest';
 * conformance({ name: 'mine', create: createMyBackend, runner });
 * ```
 */
export function conformance(options: ConformanceOptions): void {
  checkOptionNames('conformance', options, optionNames);
  const {
    name,
    runner = globalRunner(),
    effort = 'quick',
    seed,
    laws = allLaws,
    expectedFailures = [],
    caseTimeout,
    report,
  } = options;
  selectLaws(
    allLaws.concat(laws),
    expectedFailures.map(({ law }) => law),
  );
  runner.describe(`conformance of ${name}`, () => {
    const subject = createSubject(() => openBackend(name, options.create));
    for (const law of laws) {
      runner.it(
        `${law.id}: ${law.statement}`,
        async () => {
          const found = await subject.run(law, { effort, seed, caseTimeout });
          const result = applyExpectedFailures(found, expectedFailures);
          report?.(result);
          if (result.failures.length > 0) {
            const command = `vardrop conformance --backend ${name}`;
            throw new Error(formatFailures(law.id, result.failures, command));
          }
        },
        // The law has the shorter time limit and names the case. A law may run twice.
        2 * (lawTimeouts[effort] + 10_000),
      );
    }
    runner.afterAll(() => subject.close());
  });
}

/** The global functions of a test runner, as in jest and in vitest with `globals: true`. */
function globalRunner(): TestRunner {
  const runner = globalThis as unknown as Partial<TestRunner>;
  if (runner.describe && runner.it && runner.afterAll) return runner as TestRunner;
  throw new VardropError(
    'VARDROP_RUNNER',
    "[conformance] runner: got none, and no global describe, it and afterAll, needs a test runner. Pass `import * as runner from 'vitest'`.",
  );
}
