import { loadavg } from 'node:os';
import { memorySwitches } from '../../scripts/chromium.js';
import { withPages } from '../../scripts/pages.js';

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
await withPages({ folder: 'benchmarks/src/onnx', ready: 'measure', switches: memorySwitches }, async (open) => {
  const page = await open();
  await page.evaluate(
    (given) =>
      /** @type {{ measure(...given: unknown[]): Promise<void> }} */ (/** @type {unknown} */ (window)).measure(given),
    options,
  );
});
console.log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);
