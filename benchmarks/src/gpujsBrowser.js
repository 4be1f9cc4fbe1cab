import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { isolation, launchOptions } from '../../scripts/chromium.js';

/**
 * The measurements of `gpujs.js` in a page of Chromium. Options: `--modes webgl2` (with commas: also webgpu, webasm),
 * `--repetitions 4`, `--warmup 1`, `--no-layer`, `--no-step`, `--plans 1,2` (none for `--plans 0`), `--no-memory`. Without a graphics card
 * a processor plays one: a step of workload W then takes many seconds.
 */
const words = process.argv.slice(2);
const option = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
  words.includes(name) ? words[words.indexOf(name) + 1] : otherwise;
const options = {
  repetitions: Number(option('--repetitions', '4')),
  warmup: Number(option('--warmup', '1')),
  layer: !words.includes('--no-layer'),
  step: !words.includes('--no-step'),
  plans: option('--plans', '1,2')
    .split(',')
    .map(Number)
    .filter((count) => count > 0),
  memory: !words.includes('--no-memory'),
};
const before = loadavg();
const server = await createServer({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  server: { headers: isolation, port: 0 },
  optimizeDeps: { entries: ['benchmarks/src/gpujs/page.js'] },
});
const browser = await chromium.launch({
  ...launchOptions,
  args: [...launchOptions.args, '--js-flags=--expose-gc', '--enable-precise-memory-info'],
  headless: true,
});
try {
  await server.listen();
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.httpServer.address());
  for (const mode of option('--modes', 'webgl2').split(',')) {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.type() === 'info') console.log(message.text());
      else if (message.type() === 'error') console.error(message.text());
    });
    page.on('pageerror', (error) => console.error(error));
    await page.goto(`http://localhost:${port}/benchmarks/src/gpujs/page.html`);
    await page.waitForFunction(() => 'measure' in window, undefined, { timeout: 120_000 });
    await page.evaluate(
      ([each, given]) =>
        /** @type {{ measure(...given: unknown[]): Promise<void> }} */ (/** @type {unknown} */ (window)).measure(
          each,
          given,
        ),
      /** @type {const} */ ([mode, options]),
    );
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);
