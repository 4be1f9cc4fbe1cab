import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { printBench } from '../../packages/cli/dist/commands/bench.js';
import { memorySwitches } from '../../scripts/chromium.js';
import { withPages } from '../../scripts/pages.js';

/**
 * `vardrop bench` in a page of Chromium. Without a graphics card a processor plays one, which takes too long for the larger
 * workloads: these are left out, and the report says so.
 *
 *   node benchmarks/src/benchBrowser.js [--backends tfjs:wasm,tfjs:webgl] [--quick] [--repetitions 7] [--budget 12] [--json FILE]
 */
const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    repetitions: { type: 'string', default: '7' },
    budget: { type: 'string', default: '12' },
    json: { type: 'string' },
  },
});
const options = {
  backends: values.backends.split(',').filter((name) => name !== ''),
  quick: values.quick,
  repetitions: Number(values.repetitions),
  budgetSeconds: Number(values.budget),
  description: cpus()[0]?.model.trim() ?? 'unknown processor',
};
const pages = { module: 'benchmarks/src/bench/page.js', switches: memorySwitches };
const report = await withPages(pages, async (open) =>
  (await open()).evaluate((given) => {
    const { page } =
      /** @type {{ page: { bench(given: unknown): Promise<import('@vardrop/experiments').BenchReport> } }} */
      (/** @type {unknown} */ (window));
    return page.bench(given);
  }, options),
);
if (values.json) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(printBench(report));
