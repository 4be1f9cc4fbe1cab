import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../src/special/arithmetic.js';
import { cosApproximation } from '../../src/special/cosApproximation.js';
import { digamma } from '../../src/special/digamma.js';
import { digammaApproximation } from '../../src/special/digammaApproximation.js';
import { erf } from '../../src/special/erf.js';
import { erfApproximation } from '../../src/special/erfApproximation.js';
import { inverseMillsRatio } from '../../src/special/inverseMillsRatio.js';
import { inverseMillsRatioApproximation } from '../../src/special/inverseMillsRatioApproximation.js';
import { lgamma } from '../../src/special/lgamma.js';
import { lgammaApproximation } from '../../src/special/lgammaApproximation.js';
import { logNormalCdf } from '../../src/special/logNormalCdf.js';
import { logNormalCdfApproximation } from '../../src/special/logNormalCdfApproximation.js';
import { normalQuantile } from '../../src/special/normalQuantile.js';
import { normalQuantileApproximation } from '../../src/special/normalQuantileApproximation.js';
import { trigamma } from '../../src/special/trigamma.js';
import { trigammaApproximation } from '../../src/special/trigammaApproximation.js';
import { float32, fused, recorder } from './arithmetics.js';

const { fround } = Math;
const infinity = Number.POSITIVE_INFINITY;
const fixture = JSON.parse(readFileSync(new URL('../../fixtures/normal_and_gamma.json', import.meta.url), 'utf8'));

/** Float32 numbers evenly spaced by their bits, the smallest normal number and the largest among them. */
function byBits(count: number): readonly number[] {
  const bits = Uint32Array.from({ length: count + 1 }, (_, i) => 0x00800000 + Math.floor((0x7effffff * i) / count));
  return [...new Float32Array(bits.buffer)];
}

const evenly = (low: number, high: number, count = 20_000) =>
  Array.from({ length: count + 1 }, (_, i) => fround(low + ((high - low) * i) / count));

/** The `count` float32 numbers on either side of x. */
function around(x: number, count = 2000): readonly number[] {
  const middle = new Uint32Array(Float32Array.of(x).buffer)[0];
  return [...new Float32Array(Uint32Array.from({ length: 2 * count + 1 }, (_, i) => middle - count + i).buffer)];
}

const mirrored = (xs: readonly number[]) => [...xs, ...xs.map((x) => -x)];
const positive = [...byBits(8000), ...evenly(1 / 64, 4), ...around(0.75), ...around(1), ...around(2), ...around(3)];
const normal = mirrored([...byBits(8000), ...evenly(0, 15)]);
const small = byBits(16_000).filter((x) => x < 0.5);

interface Case {
  readonly chain: <V>(m: Arithmetic<V>, x: V) => V;
  readonly exact: (x: number) => number;
  /** Operations of the chain, each counted once. */
  readonly operations: number;
  readonly samples: readonly number[];
  /** Bounds of relative errors: of the float64 function, and of the chain with exp and log rounded, or off by three units more. */
  readonly errors: readonly [exact: number, rounded: number, off: number];
  readonly limits: readonly (readonly [x: number, value: number])[];
}

const functions: Record<string, Case> = {
  erf: {
    chain: erfApproximation,
    exact: erf,
    operations: 33,
    samples: mirrored([...byBits(5000), ...evenly(0, 4.5), ...around(0.95)]),
    errors: [1e-15, 1.3e-7, 1.5e-7],
    limits: [
      [0, 0],
      [-0, -0],
      [infinity, 1],
      [-infinity, -1],
    ],
  },
  logNormalCdf: {
    chain: logNormalCdfApproximation,
    exact: logNormalCdf,
    operations: 47,
    samples: normal,
    errors: [1e-15, 7e-7, 1.7e-6],
    limits: [
      [infinity, 0],
      [-infinity, -infinity],
    ],
  },
  inverseMillsRatio: {
    chain: inverseMillsRatioApproximation,
    exact: inverseMillsRatio,
    operations: 30,
    samples: normal,
    errors: [1e-15, 5e-7, 1.8e-6],
    limits: [
      [infinity, 0],
      [-infinity, infinity],
    ],
  },
  lgamma: {
    chain: lgammaApproximation,
    exact: lgamma,
    operations: 32,
    samples: positive,
    errors: [1e-15, 5e-7, 1.8e-6],
    limits: [
      [0, infinity],
      [1, 0],
      [2, 0],
      [infinity, infinity],
      [-0.5, Number.NaN],
      [-2, Number.NaN],
      [-infinity, Number.NaN],
    ],
  },
  digamma: {
    chain: digammaApproximation,
    exact: digamma,
    operations: 32,
    samples: [...positive, ...around(1.4616321)],
    errors: [1e-15, 4e-7, 7e-7],
    limits: [
      [0, -infinity],
      [-0, -infinity],
      [infinity, infinity],
      [-0.5, Number.NaN],
      [-2, Number.NaN],
      [-infinity, Number.NaN],
    ],
  },
  trigamma: {
    chain: trigammaApproximation,
    exact: trigamma,
    operations: 22,
    samples: positive,
    errors: [1e-15, 3e-7, 3e-7],
    limits: [
      [0, infinity],
      [-0, infinity],
      [infinity, 0],
      [-0.5, Number.NaN],
      [-2, Number.NaN],
      [-infinity, Number.NaN],
    ],
  },
  normalQuantile: {
    chain: normalQuantileApproximation,
    exact: normalQuantile,
    operations: 30,
    samples: [
      ...small,
      ...small.map((x) => 1 - fround(1 - x)),
      ...small.map((x) => fround(1 - x)),
      ...evenly(0, 1),
      ...around(0.1),
    ],
    errors: [1e-15, 1e-6, 1.3e-6],
    limits: [
      [0, -infinity],
      [0.5, 0],
      [1, infinity],
      [-0.25, Number.NaN],
      [1.25, Number.NaN],
      [infinity, Number.NaN],
      [-infinity, Number.NaN],
    ],
  },
};

/** The relative error beyond `units` times the smallest subnormal number. A value that rounds to the same number is right. */
function relativeError(actual: number, wanted: number, units: number): number {
  return actual === fround(wanted) ? 0 : Math.max(0, Math.abs(actual - wanted) - units * 2 ** -149) / Math.abs(wanted);
}

function worst(pairs: Iterable<readonly [x: number, error: number]>): { error: number; at: number } {
  let result = { error: 0, at: 0 };
  for (const [x, error] of pairs) if (!(error <= result.error)) result = { error, at: x };
  return result;
}

describe.each(Object.entries(functions))('%s', (name, { chain, exact, operations, samples, errors, limits }) => {
  it('in float64 agrees with 60-digit arithmetic', () => {
    const rows: [number, string][] = fixture.functions[name];
    expect(rows.length).toBeGreaterThan(150);
    const found = worst(
      rows.map(([x, value]) => [x, value === '0.0' ? exact(x) : Math.abs(exact(x) / Number(value) - 1)]),
    );
    console.info(`${name}: float64 ${found.error.toExponential(2)} at ${found.at}`);
    expect(found.error, `at ${found.at}`).toBeLessThan(errors[0]);
  });

  it.each([
    ['exp and log off by −3', 3, float32(() => -3)],
    ['exp and log rounded', 0, float32()],
    ['exp and log off by 3', 3, float32(() => 3)],
    ['products fused into sums', 0, fused()],
  ])('in float32 has a small relative error, %s', (manner, off, m) => {
    const arguments_ = [...samples, ...fixture.functions[name].map(([x]: [number, string]) => x)];
    const found = worst(
      arguments_.map((x) => {
        // A subnormal exponential that is off by some units is off by more of itself than others.
        return [x, relativeError(chain(m, x), exact(x), 1 + off)];
      }),
    );
    console.info(`${name}: float32, ${manner}: ${found.error.toExponential(2)} at ${found.at}`);
    expect(found.error, `at ${found.at}`).toBeLessThan(errors[off === 0 ? 1 : 2]);
  });

  it('has its limits, and NaN of NaN', () => {
    const m = float32();
    for (const [x, value] of [...limits, [Number.NaN, Number.NaN]]) {
      expect(exact(x) + 0, `float64 at ${x}`).toBe(value + 0);
      expect(chain(m, x) + 0, `float32 at ${x}`).toBe(value + 0);
    }
  });

  it('takes the operations it is said to take', () => {
    const { arithmetic, operations: made } = recorder();
    chain(arithmetic, 's');
    expect(made.size).toBe(operations);
  });
});

it('erf and normalQuantile are odd to the last bit, the one around 0, the other around ½', () => {
  const m = float32();
  for (const x of evenly(0, 5, 5000)) {
    expect(erf(-x)).toBe(-erf(x));
    expect(erfApproximation(m, -x)).toBe(-erfApproximation(m, x));
  }
  for (const p of evenly(0, 0.5, 5000).map((x) => fround(1 - x))) {
    const [low, high] = [normalQuantile(1 - p), normalQuantile(p)];
    expect(low + high).toBe(p === 1 ? Number.NaN : 0);
    expect(normalQuantileApproximation(m, 1 - p) + normalQuantileApproximation(m, p)).toBe(p === 1 ? Number.NaN : 0);
  }
});

it('subnormal arguments are no exception', () => {
  const m = float32();
  for (const x of [2 ** -149, 1e-42, 1e-39].map(fround)) {
    for (const [name, { chain, exact }] of Object.entries(functions)) {
      const error = relativeError(chain(m, x), exact(x), 1);
      expect(error, `${name} at ${x}`).toBeLessThan(2e-6);
    }
  }
});

describe.each([
  ['cos', float32()],
  ['cos with products fused into sums', fused()],
])('%s', (_, m) => {
  const fixed: [number, string][] = fixture.functions.cos;
  const near = mirrored([
    ...byBits(20_000).filter((x) => x <= 8192),
    ...evenly(0, 50, 50_000),
    ...evenly(0, 8192, 100_000),
  ]);
  const quarters = Array.from({ length: 5215 }, (_, i) => around(((i + 1) * Math.PI) / 2, 2)).flat();

  it('errs by less than 1.3e-7 for |x| ≤ 8192', () => {
    const table = worst(fixed.map(([x, value]) => [x, Math.abs(cosApproximation(m, x) - Number(value))]));
    const found = worst([...near, ...quarters].map((x) => [x, Math.abs(cosApproximation(m, x) - Math.cos(x))]));
    console.info(`cos: ${table.error.toExponential(2)} in the table, ${found.error.toExponential(2)} at ${found.at}`);
    expect(table.error, `at ${table.at}`).toBeLessThan(1.3e-7);
    expect(found.error, `at ${found.at}`).toBeLessThan(1.3e-7);
  });

  it('errs by at most |x| 2⁻²³ beyond, and never leaves [−1, 1] by more than a unit', () => {
    const far = mirrored(byBits(100_000).filter((x) => x > 8192));
    const found = worst(far.map((x) => [x, Math.abs(cosApproximation(m, x) - Math.cos(x)) / Math.abs(x)]));
    console.info(`cos: ${(found.error * 2 ** 23).toPrecision(3)} 2⁻²³ of x at ${found.at}`);
    expect(found.error, `at ${found.at}`).toBeLessThan(2 ** -23);
    const largest = worst([...near, ...far, ...quarters].map((x) => [x, Math.abs(cosApproximation(m, x))]));
    expect(largest.error, `at ${largest.at}`).toBeLessThanOrEqual(1 + 2 ** -23);
  });

  it('is 1 at 0 and next to it, and NaN of infinities and NaN', () => {
    for (const x of [0, -0, 1e-45, 1e-20, 1e-5].map(fround)) expect(cosApproximation(m, x)).toBe(1);
    for (const x of [infinity, -infinity, Number.NaN]) expect(cosApproximation(m, x)).toBeNaN();
  });

  it('takes the operations it is said to take', () => {
    const { arithmetic, operations } = recorder();
    cosApproximation(arithmetic, 's');
    expect(operations.size).toBe(28);
  });
});
