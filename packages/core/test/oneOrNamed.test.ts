import { describe, expect, it } from 'vitest';
import { arraysOf } from '../src/oneOrNamed.js';

const read = (given: unknown, names: readonly string[]) => arraysOf('[fit] inputs', given, names, 'inputs');

describe('arraysOf', () => {
  it('never lists the keys of an array, which takes seconds for the numbers of many images', () => {
    const refuseKeys = { ownKeys: () => expect.unreachable('keys were listed') };
    const numbers = new Proxy([0.5, -1, 2], refuseKeys);
    expect(read(numbers, ['x'])[0]).toBe(numbers);
  });

  it.each([
    ['numbers', Float32Array.of(1, 2)],
    ['a list', [1, 2, 3]],
    [
      'rows',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['an object like an array', { length: 2, 0: 1, 1: 2 }],
    ['something else, which is refused later', null],
  ])('takes %s for the only name', (_, given) => {
    expect(read(given, ['x'])).toEqual([given]);
  });

  it('takes an object of arrays by name', () => {
    const [a, b] = [Float32Array.of(1), [2, 3]];
    expect(read({ x: a }, ['x'])).toEqual([a]);
    expect(read({ right: b, left: a }, ['left', 'right'])).toEqual([a, b]);
    expect(() => read({ left: a }, ['left', 'right'])).toThrow("none for 'right'");
    expect(() => read(a, ['left', 'right'])).toThrow('needs an array for each');
  });
});
