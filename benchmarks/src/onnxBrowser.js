import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { createServer } from 'vite';
import { isolation, launchOptions } from '../../scripts/chromium.js';

/**
 * A training step on ONNX Runtime's WebGPU in a page of Chromium: time, bytes that cross between JavaScript and the GPU with
 * the state on the GPU and through the host, and the GPU's buffers at step 20 and at step 200. Options: `--widths
 * 784,500,500,500,10` (workload W), `--batch 1000`, `--repetitions 4`, `--warmup 1`, `--no-memory`. Without a graphics card a
 * processor plays one: a step of workload W then takes many seconds.
 */
const words = process.argv.slice(2);
const option = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
  words.includes(name) ? words[words.indexOf(name) + 1] : otherwise;
const options = {
  widths: option('--widths', '784,500,500,500,10').split(',').map(Number),
  batch: Number(option('--batch', '1000')),
  repetitions: Number(option('--repetitions', '4')),
  warmup: Number(option('--warmup', '1')),
  memory: !words.includes('--no-memory'),
};
const before = loadavg();
const server = await createServer({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  configFile: false,
  logLevel: 'error',
  server: { headers: isolation, port: 0, hmr: false, watch: null },
  // Prepared by Vite, the runtime would look for its files beside what Vite makes of it.
  optimizeDeps: { entries: ['benchmarks/src/onnx/page.js'], exclude: ['onnxruntime-web', 'onnxruntime-node'] },
});
const browser = await chromium.launch({
  ...launchOptions,
  args: [...launchOptions.args, '--js-flags=--expose-gc', '--enable-precise-memory-info'],
  headless: true,
});
try {
  await server.listen();
  const page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'info') console.log(message.text());
    else if (message.type() === 'error') console.error(message.text());
  });
  page.on('pageerror', (error) => console.error(error));
  await page.goto(`${server.resolvedUrls?.local[0]}benchmarks/src/onnx/page.html`);
  await page.waitForFunction(() => 'measure' in window, undefined, { timeout: 120_000 });
  await page.evaluate(
    (given) =>
      /** @type {{ measure(...given: unknown[]): Promise<void> }} */ (/** @type {unknown} */ (window)).measure(given),
    options,
  );
} finally {
  await browser.close();
  await server.close();
}
console.log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);
