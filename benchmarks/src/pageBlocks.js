import { writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { median } from '@vardrop/experiments';
import { withPages } from '../../scripts/pages.js';
import { given, option } from './commandLine.js';

/**
 * For how long training blocks a page: the longest turn of the event loop of the page's own thread, from the creation of a
 * backend through ten steps of LeNet-5 on minibatches of 32, in Chromium; with `--worker` two steps of workload W in a Web
 * Worker. A fresh page for each, the backends in turns.
 *
 *   node benchmarks/src/pageBlocks.js [--backends tfjs:wasm,tfjs:webgl] [--steps 10] [--repetitions 3] [--worker]
 *     [--task lenet or W] [--json FILE]
 */
// Mesa's software graphics cards would find on disk what they compiled in an earlier run.
process.env.MESA_SHADER_CACHE_DISABLE = 'true';
const worker = given('--worker');
const task = option('--task', worker ? 'W' : 'lenet');
const steps = Number(option('--steps', worker ? '2' : '10'));
const repetitions = Number(option('--repetitions', '3'));
const all = 'wasm,tfjs:wasm,tfjs:webgl,tfjs:webgpu,onnx:wasm,onnx:webgpu,gpujs:webasm,gpujs:webgl2,gpujs:webgpu';
const names = option('--backends', all).split(',');

/** @typedef {Awaited<ReturnType<typeof import('./blocks/page.js').measure>>} Result */
/** @type {Map<string, Result[]>} */
const results = new Map(names.map((name) => [name, []]));
const before = loadavg();
for (let repetition = 0; repetition < repetitions; repetition++) {
  for (const name of names) {
    await withPages({ module: 'benchmarks/src/blocks/page.js' }, async (open) => {
      const page = await open();
      const result = await page.evaluate(
        (options) =>
          /** @type {{ page: { measure(options: unknown): Promise<Result> } }} */ (
            /** @type {unknown} */ (window)
          ).page.measure(options),
        { name, task, steps, worker },
      );
      if (!result.losses.every(Number.isFinite)) throw new Error(`${name}: losses ${result.losses}`);
      results.get(name)?.push(result);
      console.error(name, JSON.stringify(result));
    });
  }
}
console.log(
  `${steps} steps of ${task}${worker ? ' in a worker' : ''}, load ${before[0].toFixed(1)} to ${loadavg()[0].toFixed(1)}`,
);
console.log('\n| backend | longest block ms | in | creation, compilation, first step, a further step (seconds) |');
console.log('|---|---|---|---|');
for (const [name, of] of results) {
  const longest = of.map((result) => result.longest).sort((a, b) => a - b);
  const times = ['creation', 'compilation', 'first step', 'further steps'].map((phase) =>
    (median(of.map(({ seconds }) => seconds[phase] ?? 0)) / (phase === 'further steps' ? steps - 1 : 1)).toFixed(2),
  );
  const middle = of.find((result) => result.longest === longest[Math.floor(longest.length / 2)]);
  console.log(
    `| ${name} | ${median(longest).toFixed(0)} (${longest.map((each) => each.toFixed(0)).join(', ')}) | ${worker ? '' : middle?.phase} | ${times.join(', ')} |`,
  );
}
if (given('--json')) await writeFile(option('--json', ''), JSON.stringify(Object.fromEntries(results), null, 2));
