import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { isolation, launchOptions } from '../../scripts/chromium.js';

/**
 * Calls what a page of `benchmarks/src` has set as `window.measure`, in Chromium, a fresh page for each call; prints what it
 * writes by `console.info`, and its errors.
 *
 * @param {'gpujs' | 'onnx'} folder where the page's `page.js` is
 * @param {readonly unknown[][]} calls the arguments of each call
 */
export async function measureInPage(folder, calls) {
  const before = loadavg();
  const server = await createServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    server: { headers: isolation, port: 0, hmr: false, watch: null },
    // Prepared by Vite, ONNX Runtime would look for its files beside what Vite makes of it.
    optimizeDeps: { entries: [`benchmarks/src/${folder}/page.js`], exclude: ['onnxruntime-web', 'onnxruntime-node'] },
  });
  const browser = await chromium.launch({
    ...launchOptions,
    args: [...launchOptions.args, '--js-flags=--expose-gc', '--enable-precise-memory-info'],
    headless: true,
  });
  try {
    await server.listen();
    for (const call of calls) {
      const page = await browser.newPage();
      page.on('console', (message) => {
        if (message.type() === 'info') console.log(message.text());
        else if (message.type() === 'error') console.error(message.text());
      });
      page.on('pageerror', (error) => console.error(error));
      await page.goto(`${server.resolvedUrls?.local[0]}benchmarks/src/page.html?${folder}`);
      await page.waitForFunction(() => 'measure' in window, undefined, { timeout: 120_000 });
      await page.evaluate(
        (given) =>
          /** @type {{ measure(...given: unknown[]): Promise<void> }} */ (/** @type {unknown} */ (window)).measure(
            ...given,
          ),
        call,
      );
      await page.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);
}
