import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatValue } from '../src/formatValue.js';

it('shows values so that no two kinds look alike', () => {
  const shown = ['1', 1, 1n, null, undefined, '', [], ['a', 1, {}], {}, { a: 1, b: 2 }, Number.NaN, Symbol('s')];
  expect(shown.map(formatValue)).toEqual([
    "'1'",
    '1',
    '1n',
    'null',
    'nothing',
    "''",
    '[]',
    "['a', 1, …]",
    'an object with nothing in it',
    'an object with a, b',
    'NaN',
    'Symbol(s)',
  ]);
  expect(formatValue(new Float32Array(2))).toBe('a Float32Array of 8 bytes');
  expect(formatValue(new Map())).toBe('a Map');
});

it('shows whatever it is given, in few words', () => {
  const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, withDate: true });
  fc.assert(
    fc.property(anything, (value) => {
      if (typeof value === 'string') return;
      expect(formatValue(value).length).toBeLessThan(1000);
    }),
  );
});
