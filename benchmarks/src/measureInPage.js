import { loadavg } from 'node:os';
import { memorySwitches } from '../../scripts/chromium.js';
import { withPages } from '../../scripts/pages.js';

/**
 * Calls the `measure` of a page of `benchmarks/src`, in Chromium, a fresh page for each call; prints what it writes by
 * `console.info`, and its errors.
 *
 * @param {'gpujs' | 'onnx'} folder where the page's `page.js` is
 * @param {readonly unknown[][]} calls the arguments of each call
 */
export async function measureInPage(folder, calls) {
  const before = loadavg();
  await withPages({ module: `benchmarks/src/${folder}/page.js`, switches: memorySwitches }, async (open) => {
    for (const call of calls) {
      const page = await open();
      await page.evaluate(
        (given) =>
          /** @type {{ page: { measure(...given: unknown[]): Promise<void> } }} */ (
            /** @type {unknown} */ (window)
          ).page.measure(...given),
        call,
      );
      await page.close();
    }
  });
  console.log(`Load average before ${before.map((x) => x.toFixed(2))}, after ${loadavg().map((x) => x.toFixed(2))}`);
}
