import { measure, runSuite } from '@vardrop/conformance';

/**
 * Runs the laws on one backend, and measures what is compared between backends; in Node and in a page alike.
 *
 * @param {string} name
 * @param {() => Promise<import('@vardrop/core').Backend>} create
 * @param {import('@vardrop/conformance').Effort} effort
 */
export async function runOne(name, create, effort) {
  let backend;
  try {
    backend = await create();
  } catch (error) {
    return { missing: { name, reason: error.message } };
  }
  const { supports } = backend;
  const measurement = await measure(name, backend);
  await backend.close();
  const result = await runSuite({
    name,
    create,
    effort,
    onResult: ({ id, failed, seconds }) => console.error(`${name} ${id}: ${failed} failed, ${seconds.toFixed(1)} s`),
  });
  return { supports, measurement, result };
}
