import fc from 'fast-check';
import { longSums } from '../arbitraries/longSums.js';
import { sizedMovements } from '../arbitraries/sizedMovements.js';
import { createDraw, type SizedCase, sizedOperations } from '../arbitraries/sizes.js';
import { checkExact } from '../checkExact.js';
import { checkOutputs } from '../checkOutputs.js';
import { checkOnce, checkProperty } from '../checkProperty.js';
import type { Law, LawContext } from '../law.js';

const check = (context: LawContext, { program, data, exact }: SizedCase) =>
  exact ? checkExact(context, program, data) : checkOutputs(context, program, data);

const operations = [...sizedOperations, ...sizedMovements];

/**
 * Operations at the lengths at which kernels change their method, one long axis at a time, on whole numbers where these
 * are exact. Also sums so long that float32 loses digits unless they are added in blocks. Higher effort adds lengths
 * between.
 */
export const sizes: Law = {
  id: 'sizes',
  statement:
    'operations are right at every length, from tiles of 32 to 65,536 elements, and long sums keep their digits',
  async check(context) {
    const { effort, seed } = context;
    for (const [i, { name, sizes, ways, make }] of operations.entries()) {
      await checkOnce(context, name, async () => {
        for (const size of sizes) {
          for (let way = 0; way < ways; way++) await check(context, make(size, createDraw(seed, i, size, way)));
        }
      });
    }
    for (const [i, { name, make }] of longSums.entries()) {
      await checkOnce(context, name, () => check(context, make(createDraw(seed, operations.length + i))));
    }
    if (effort === 'quick') return;
    for (const { name, most, make } of operations) {
      const any = fc.record({ size: fc.integer({ min: 1, max: most }), draw: fc.nat() });
      await checkProperty(context, `${name}, any length`, any, 1, ({ size, draw }) =>
        check(context, make(size, createDraw(draw))),
      );
    }
  },
};
