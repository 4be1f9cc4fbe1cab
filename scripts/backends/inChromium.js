import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { isolation, launchOptions } from '../chromium.js';

/** The laws on every backend of a page, a page a backend. */
export async function inChromium(effort) {
  const server = await createServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    server: { headers: isolation, port: 0 },
    optimizeDeps: { entries: ['scripts/backends/page.js'] },
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
    const names = await first.evaluate(() => window.backends);
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
