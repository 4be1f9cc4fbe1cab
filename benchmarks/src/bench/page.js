import { benchWorkloads, runBench } from '@vardrop/experiments';
import { pageBackends } from '../../../scripts/pageBackends.js';
import { collectGarbage } from '../collectGarbage.js';

/**
 * What `benchBrowser.js` asks for: the benchmark of `vardrop bench` on backends of this page.
 *
 * @param {{ backends: string[], quick: boolean, repetitions: number, budgetSeconds: number, description: string }} options
 */
export async function bench({ backends, quick, repetitions, budgetSeconds, description }) {
  const known = /** @type {Record<string, () => Promise<import('@vardrop/core').Backend>>} */ (pageBackends);
  const missing = backends.filter((name) => !Object.hasOwn(known, name));
  if (missing.length > 0) {
    throw new Error(`--backends: got ${missing.join(', ')}, needs some of ${Object.keys(known).join(', ')}`);
  }
  return runBench({
    targets: (backends.length > 0 ? backends : Object.keys(known)).map((name) => ({ name, create: known[name] })),
    workloads: benchWorkloads(quick),
    repetitions,
    warmup: 1,
    budgetSeconds,
    machine: {
      description,
      runtime: navigator.userAgent.match(/Chrome\/[\d.]+/)?.[0] ?? navigator.userAgent,
      cores: navigator.hardwareConcurrency,
    },
    memory: readMemory,
  });
}

/** @returns {Promise<Record<string, number>>} */
async function readMemory() {
  await collectGarbage();
  const { memory } = /** @type {{ memory?: { usedJSHeapSize: number } }} */ (/** @type {unknown} */ (performance));
  return memory === undefined ? {} : { heap: memory.usedJSHeapSize };
}
