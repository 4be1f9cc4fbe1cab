import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { isolation, launchOptions } from './chromium.js';

/** The runtime looks for its files beside itself, so that it cannot be what Vite makes of it. */
const notPrepared = ['onnxruntime-web', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu', 'onnxruntime-node'];

/**
 * Serves this repository and starts Chromium, for as long as `work` takes. `work` gets a function that opens a page in which
 * `window.page` is `module`, as often as it likes. What pages write by `console.info` goes to the standard output, their
 * errors to the standard error.
 *
 * @template Result
 * @param {{ module: string, switches?: readonly string[] }} options the module's path from the root
 * @param {(open: () => Promise<import('playwright').Page>) => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function withPages({ module, switches = [] }, work) {
  const server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    // A page does not start anew when a package is built meanwhile.
    server: { headers: isolation, port: 0, hmr: false, watch: null },
    optimizeDeps: { entries: [module], exclude: notPrepared },
  });
  const browser = await chromium.launch({
    ...launchOptions,
    args: [...launchOptions.args, ...switches],
    headless: true,
  });
  try {
    await server.listen();
    return await work(async () => {
      const page = await browser.newPage();
      page.on('console', (message) => {
        if (message.type() === 'info') console.log(message.text());
        else if (message.type() === 'error') console.error(message.text());
      });
      page.on('pageerror', (error) => console.error(error));
      await page.goto(`${server.resolvedUrls?.local[0]}scripts/page.html?${module}`);
      await page.waitForFunction(() => 'page' in window, undefined, { timeout: 120_000 });
      return page;
    });
  } finally {
    await browser.close();
    await server.close();
  }
}
