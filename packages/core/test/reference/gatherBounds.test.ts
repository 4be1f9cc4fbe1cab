import { describe, expect, it } from 'vitest';
import { withinBound } from '../../src/reference/index.js';
import { check, flushing, ieee, sequential, spread, values } from './float32Arithmetic.js';
import { createRandom, nodeOf } from './helpers.js';

describe('bounds of gatherGradient', () => {
  const indices = Float64Array.from({ length: 60 }, (_, i) => [0, 2, 2, 5, 2, Number.NaN][i % 6]);
  const shapes = [[60], [60, 2]];
  const node = nodeOf({ op: 'gatherGradient' }, shapes, [4, 2]);

  it('hold for rows added up in their order, and not for one that is left out', () => {
    const random = createRandom(33);
    const dy = values(shapes[1], () => spread(random, -3, 3));
    const { result, bounds } = check(node, [indices, dy], shapes);
    let closest = 0;
    result.forEach((y, i) => {
      const [row, column] = [Math.floor(i / 2), i % 2];
      const terms = [...indices].flatMap((index, j) => (index === row ? [dy[2 * j + column]] : []));
      const sum = sequential(terms);
      expect(withinBound(sum, y, bounds[i])).toBe(true);
      if (terms.length === 0) expect([y, bounds[i]]).toEqual([0, 0]);
      else expect(withinBound(sequential(terms.slice(1)), y, bounds[i])).toBe(false);
      if (bounds[i] > 0) closest = Math.max(closest, Math.abs(sum - y) / bounds[i]);
    });
    expect(closest).toBeGreaterThan(0.3 / 68);
  });

  it('hold where subnormal numbers of rows are read as 0', () => {
    const at = (arithmetic: typeof ieee) =>
      check(
        nodeOf({ op: 'gatherGradient' }, [[2], [2]], [2]),
        [Float64Array.of(2 ** -140, 1), Float64Array.of(3, 5)],
        [[2], [2]],
        arithmetic,
      );
    const exact = at(ieee);
    expect([exact.result[0], exact.bounds[0]]).toEqual([0, 0]);
    const loose = at(flushing);
    expect(withinBound(3, loose.result[0], loose.bounds[0])).toBe(true);
  });
});
