import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { key, normal, permutation } from '../../src/random/index.js';
import type { ReadDataset } from '../../src/training/data.js';
import { dataDigest, isMostlyOf, mostDigests } from '../../src/training/dataDigest.js';

/** Written by scripts/reference/calibration.py. */
const {
  digests,
}: {
  readonly digests: readonly {
    readonly width: number;
    readonly numbers: readonly number[];
    readonly digests: readonly number[];
  }[];
} = JSON.parse(readFileSync(new URL('../../fixtures/calibration.json', import.meta.url), 'utf8'));

/** Rows of numbers whose last one is the target. */
function dataOf(rows: readonly (readonly number[])[]): ReadDataset {
  return {
    inputs: { x: Float32Array.from(rows.flatMap((row) => row.slice(0, -1))) },
    targets: { y: rows.map((row) => row[row.length - 1]) },
    rows: rows.length,
    weightSum: rows.length,
  };
}

function rowsOf(numbers: ArrayLike<number>, width: number): readonly (readonly number[])[] {
  return Array.from({ length: numbers.length / width }, (_, row) =>
    Array.from({ length: width }, (_, i) => numbers[row * width + i]),
  );
}

describe('the digest of data', () => {
  it.each(digests)('has the digests of rows of scikit-learn: $width numbers', ({ width, numbers, digests: all }) => {
    const sorted = [...all].sort((a, b) => a - b);
    expect(dataDigest(dataOf(rowsOf(numbers, width)))).toEqual({ rows: all.length, least: sorted });
  });

  it('knows its rows again in any order and part, and beside fewer others', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom(60, 300, 700), fc.constantFrom(1, 2), (seed, count, part) => {
        const all = rowsOf(normal(key(seed), 6 * count), 3);
        const [own, others] = [all.slice(0, count), all.slice(count)];
        const trainedOn = dataDigest(dataOf(own));
        expect(trainedOn.least).toHaveLength(Math.min(count, mostDigests));
        const some = [...permutation(key(seed), count)].slice(0, count / part).map((i) => own[i]);
        expect(isMostlyOf(trainedOn, dataOf(some))).toBe(true);
        expect(isMostlyOf(trainedOn, dataOf([...some, ...others.slice(0, some.length / 4)]))).toBe(true);
        expect(isMostlyOf(trainedOn, dataOf(others))).toBe(false);
        expect(isMostlyOf(trainedOn, dataOf([...others, ...some.slice(0, count / 4)]))).toBe(false);
        const otherTargets = some.map(([a, b, y]) => [a, b, y + 1]);
        expect(isMostlyOf(trainedOn, dataOf(otherTargets))).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('says nothing of data with many equal rows', () => {
    const rows = rowsOf(
      Array.from(normal(key(1), 300), (value) => Number(value > 0)),
      3,
    );
    const trainedOn = dataDigest(dataOf(rows));
    expect(trainedOn).toEqual({ rows: 100, least: [] });
    expect(isMostlyOf(trainedOn, dataOf(rows))).toBe(false);
  });
});
