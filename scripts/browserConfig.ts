import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { isolation, launchOptions } from './chromium.js';

/**
 * Tests of a package in a page of Chromium that is isolated, so that it has threads.
 *
 * @param prebundled packages that Vite has to prepare before the first test asks for them.
 */
export function browserConfig(prebundled: readonly string[]) {
  return defineConfig({
    server: { headers: isolation },
    optimizeDeps: { include: [...prebundled, 'fast-check'] },
    test: {
      include: ['browser/**/*.test.ts'],
      reporters: ['default', 'json'],
      outputFile: { json: 'browser-results.json' },
      testTimeout: 60_000,
      // One page at a time: the laws have time limits.
      fileParallelism: false,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        instances: [{ browser: 'chromium' }],
        provider: playwright({ launchOptions }),
      },
    },
  });
}
