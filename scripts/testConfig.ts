import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * Tests of a package under Node: the fast ones, or with `--mode slow` those in files called `*.slow.test.ts`, which take many
 * seconds each and hold what changes seldom.
 */
export const testConfig = configOf(true);

/**
 * The same, with the files of a process sharing the modules that they import, so that each process imports them once. Such
 * tests restore what they replace, and mock no modules. Processes have the stack that programs have, threads a larger one.
 */
export const sharedTestConfig = configOf(false);

function configOf(isolate: boolean) {
  return defineConfig(({ mode }) => {
    const slow = mode === 'slow';
    return {
      test: {
        isolate,
        include: [slow ? 'test/**/*.slow.test.ts' : 'test/**/*.test.ts'],
        exclude: slow ? [] : ['test/**/*.slow.test.ts'],
        reporters: ['default', 'json'],
        outputFile: { json: slow ? 'slow-results.json' : 'test-results.json' },
        // The default leaves one core idle, which is half of two.
        maxWorkers: availableParallelism(),
        testTimeout: slow ? 120_000 : 60_000,
      },
    };
  });
}
