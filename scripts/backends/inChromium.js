import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { isolation, launchOptions } from '../chromium.js';

/** The laws on the backends of a page, all where none are named; a page a backend. */
export async function inChromium(effort, only = []) {
  const server = await createServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    server: { headers: isolation, port: 0 },
    optimizeDeps: {
      entries: ['scripts/backends/page.js'],
      // Prepared by Vite, the runtime would look for its files beside what Vite makes of it.
      exclude: ['onnxruntime-web', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu', 'onnxruntime-node'],
    },
  });
  const browser = await chromium.launch({ ...launchOptions, headless: true });
  try {
    await server.listen();
    const address = `http://localhost:${server.httpServer.address().port}/scripts/backends/page.html`;
    const open = async () => {
      const page = await browser.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') console.error(message.text());
      });
      await page.goto(address);
      await page.waitForFunction(() => window.backends !== undefined, undefined, { timeout: 120_000 });
      return page;
    };
    const first = await open();
    const names = (await first.evaluate(() => window.backends)).filter(
      (name) => only.length === 0 || only.includes(name),
    );
    await first.close();
    const outcomes = [];
    for (const name of names) {
      const page = await open();
      const outcome = await page
        .evaluate(([name, effort]) => window.runOne(name, effort), [name, effort])
        .catch((error) => ({ missing: { name, reason: error.message } }));
      outcomes.push({ name, ...outcome });
      await page.close();
    }
    return outcomes;
  } finally {
    await browser.close();
    await server.close();
  }
}
