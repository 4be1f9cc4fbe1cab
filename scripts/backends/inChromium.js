import { withPages } from '../pages.js';

/** The laws on the backends of a page, all where none are named; a page a backend. */
export async function inChromium(effort, only = []) {
  return withPages({ module: 'scripts/backends/page.js' }, async (open) => {
    const first = await open();
    const names = (await first.evaluate(() => window.page.backends)).filter(
      (name) => only.length === 0 || only.includes(name),
    );
    await first.close();
    const outcomes = [];
    for (const name of names) {
      const page = await open();
      const outcome = await page
        .evaluate(([name, effort]) => window.page.run(name, effort), [name, effort])
        .catch((error) => ({ missing: { name, reason: error.message } }));
      outcomes.push({ name, ...outcome });
      await page.close();
    }
    return outcomes;
  });
}
