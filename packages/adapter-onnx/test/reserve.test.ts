import { describe, expect, it } from 'vitest';
import { createReserve } from '../src/memory/reserve.js';

describe('a reserve of arrays', () => {
  it('gives an array of a length again once it is back, and to one only', () => {
    const reserve = createReserve();
    const [first, second] = [reserve.take(4), reserve.take(4)];
    expect(second).not.toBe(first);
    reserve.giveBack(first);
    reserve.giveBack(first);
    expect(reserve.take(5)).toHaveLength(5);
    expect(reserve.take(4)).toBe(first);
    expect(reserve.take(4)).not.toBe(first);
  });

  it('leaves arrays alone that are not from it', () => {
    const reserve = createReserve();
    const own = new Float32Array(4);
    reserve.giveBack(own);
    expect(reserve.take(4)).not.toBe(own);
  });

  it('keeps so much at most, of the lengths that were given back last', () => {
    const reserve = createReserve(8);
    const arrays = [reserve.take(4), reserve.take(4), reserve.take(1)];
    const large = reserve.take(9);
    for (const array of [...arrays, large]) reserve.giveBack(array);
    expect(reserve.take(1)).toBe(arrays[2]);
    expect(arrays).not.toContain(reserve.take(4));
    expect(reserve.take(9)).not.toBe(large);
  });
});
