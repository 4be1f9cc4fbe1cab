import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

/**
 * Tests of a package in a page of Chromium: `CHROMIUM` names its executable. The switches keep it off the network and
 * give it WebGL2 and WebGPU without a GPU; the headers make the page isolated, so that it has shared memory, hence
 * threads.
 *
 * @param prebundled packages that Vite has to prepare before the first test asks for them.
 */
export function browserConfig(prebundled: readonly string[]) {
  return defineConfig({
    server: {
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
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
        provider: playwright({
          launchOptions: {
            executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
            args: [
              '--no-sandbox',
              '--disable-quic',
              '--no-first-run',
              '--disable-background-networking',
              '--disable-component-update',
              '--disable-sync',
              '--use-gl=angle',
              '--use-angle=gl-egl',
              '--ignore-gpu-blocklist',
              '--enable-unsafe-webgpu',
            ],
          },
        }),
      },
    },
  });
}
