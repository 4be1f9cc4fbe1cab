import { checkOptionNames } from '@vardrop/core/backend';
import type { ConformanceOptions, TestRunner } from './conformance.js';
import { elementaryError, elementaryFunctions } from './elementaryErrors.js';
import { openBackend } from './openBackend.js';

/** The backend to measure, and the allowed excess of its stated errors. */
export interface UlpsOptions extends Pick<ConformanceOptions, 'name' | 'create'> {
  /** `describe`, `it` and `afterAll`: `import * as runner from 'vitest'`. */
  readonly runner: TestRunner;
  /**
   * Units in the last place that may be stated beyond twice the measured error, for graphics cards with larger errors.
   * Default: 0.
   */
  readonly otherCards?: number;
}

/**
 * Registers a test for each elementary function with a test runner. The error in `supports.ulps` must be at least the
 * largest measured error, and at most twice that (or half a unit in the last place), so that it is informative. Throws
 * `VARDROP_OPTION` for unknown options.
 *
 * ```ts
 * import * as runner from 'vitest';
 * checkUlps({ name: 'mine', create: createMyBackend, runner });
 * ```
 */
export function checkUlps(options: UlpsOptions): void {
  checkOptionNames('checkUlps', options, { name: true, create: true, runner: true, otherCards: true });
  const { name, create, runner, otherCards = 0 } = options;
  runner.describe(`errors of elementary functions on ${name}`, () => {
    let backend: ReturnType<typeof openBackend> | undefined;
    for (const functionName of elementaryFunctions) {
      runner.it(functionName, async () => {
        backend ??= openBackend(name, create);
        const { measured, declared } = await elementaryError(await backend, functionName);
        const most = Math.max(2 * measured, 0.5) + otherCards;
        if (measured <= declared + 2 ** -20 && declared <= most) return;
        throw new Error(
          `[${name}] supports.ulps.${functionName}: got ${declared}, needs between ${measured}, as measured, and ${most}. State what was measured, rounded up.`,
        );
      });
    }
    runner.afterAll(async () => {
      await (await backend)?.close();
    });
  });
}
