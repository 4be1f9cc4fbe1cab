import { loadavg } from 'node:os';
import { memorySwitches } from '../../scripts/chromium.js';
import { withPages } from '../../scripts/pages.js';

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
await withPages({ folder: 'benchmarks/src/gpujs', ready: 'measure', switches: memorySwitches }, async (open) => {
  for (const mode of option('--modes', 'webgl2').split(',')) {
    const page = await open();
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
});
console.log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);
