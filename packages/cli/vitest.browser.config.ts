import { defineConfig } from 'vitest/config';

/** Tests in which Node drives Chromium: what a bundler makes of an app is tried as its users get it. */
export default defineConfig({
  test: {
    include: ['browser/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'browser-results.json' },
    testTimeout: 60_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
