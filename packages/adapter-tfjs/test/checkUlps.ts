import { elementaryError, elementaryFunctions } from '@vardrop/conformance';
import type { Backend } from '@vardrop/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * Registers the tests of what `supports.ulps` states.
 *
 * @param otherCards by how much more than twice the error seen here the stated one may be, for graphics cards that do worse
 */
export function checkUlps(name: string, create: () => Promise<Backend>, otherCards = 0): void {
  describe(`errors of elementary functions on ${name}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await create();
    });
    afterAll(() => backend.close());
    it.each(elementaryFunctions)('%s', async (name) => {
      const { measured, declared } = await elementaryError(backend, name);
      expect(measured).toBeLessThanOrEqual(declared + 2 ** -20);
      expect(declared).toBeLessThanOrEqual(Math.max(2 * measured, 0.5) + otherCards);
    });
  });
}
