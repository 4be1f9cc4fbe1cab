import type { Backend } from '@vardrop/core';
import type { Effort, Law, LawResult } from './law.js';
import { laws as allLaws } from './laws/index.js';
import { runLaw } from './runLaw.js';

/** The part of a test runner (vitest, jest, mocha, …) that the suite needs. */
export interface TestRunner {
  describe(name: string, register: () => void): void;
  it(name: string, run: () => Promise<void>, timeout?: number): void;
  afterAll(run: () => Promise<void>): void;
}

/** What is tested, and how. */
export interface ConformanceOptions {
  /** Name of the suite, such as `tfjs:wasm`. */
  readonly name: string;
  /** Makes the backend; called once, and the backend is closed in the end. */
  readonly create: () => Promise<Backend>;
  /** `describe`, `it` and `afterAll` of the runner in use: `import * as runner from 'vitest'`. */
  readonly runner: TestRunner;
  readonly effort?: Effort;
  readonly seed?: number;
  /** All laws if left out. */
  readonly laws?: readonly Law[];
  /** Gets every law's result, for tables. */
  readonly report?: (result: LawResult) => void;
}

/** Longest time that a law may take, in milliseconds, at each effort. */
const timeouts: Readonly<Record<Effort, number>> = { quick: 120_000, normal: 600_000, thorough: 7_200_000 };

/**
 * Registers a test for each law with a test runner. A backend that passes them all computes what core's programs mean.
 *
 * ```ts
 * import * as runner from 'vitest';
 * conformance({ name: 'mine', create: createMyBackend, runner });
 * ```
 */
export function conformance(options: ConformanceOptions): void {
  const { name, create, runner, effort = 'quick', seed, laws = allLaws, report } = options;
  runner.describe(`conformance of ${name}`, () => {
    let backend: Promise<Backend> | undefined;
    for (const law of laws) {
      runner.it(
        `${law.id}: ${law.statement}`,
        async () => {
          backend ??= create();
          const result = await runLaw(law, await backend, { effort, seed });
          report?.(result);
          if (result.failures.length > 0) throw new Error(formatFailures(law, result));
        },
        timeouts[effort],
      );
    }
    runner.afterAll(async () => {
      await (await backend)?.close();
    });
  });
}

function formatFailures(law: Law, { failures }: LawResult): string {
  const lines = failures.map(
    ({ property, seed, path, message }) =>
      `${law.id}/${property} (seed ${seed}${path === undefined ? '' : `, path ${path}`}): ${message}`,
  );
  return lines.join('\n\n');
}
