import { describe, expect, it } from 'vitest';
import type { Arithmetic } from '../../src/special/arithmetic.js';
import { dawson } from '../../src/special/dawson.js';
import { dawsonApproximation } from '../../src/special/dawsonApproximation.js';
import { logUniformKl } from '../../src/special/logUniformKl.js';
import { logUniformKlApproximation } from '../../src/special/logUniformKlApproximation.js';
import { float32, float64, recorder } from './arithmetics.js';

const { fround } = Math;

/** A fixed sequence of numbers in [−1, 1). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

function worst(count: number, from: number, to: number, error: (s: number) => number): { error: number; at: number } {
  let result = { error: 0, at: 0 };
  for (let i = 0; i <= count; i++) {
    const s = fround(from * (to / from) ** (i / count));
    const found = error(s);
    if (!(found <= result.error)) result = { error: found, at: s };
  }
  return result;
}

const show = (name: string, { error, at }: { error: number; at: number }) =>
  console.info(`${name}: ${error.toExponential(2)} at ${at.toPrecision(4)}`);

describe('the float32 approximations as functions of s', () => {
  it('take the operations they are said to take', () => {
    const count = (build: (m: Arithmetic<string>) => void) => {
      const { arithmetic, operations } = recorder();
      build(arithmetic);
      return operations.size;
    };
    expect(count((m) => dawsonApproximation(m, 's'))).toBe(25);
    expect(count((m) => logUniformKlApproximation(m, 's'))).toBe(24);
    const both = count((m) => {
      dawsonApproximation(m, 's');
      logUniformKlApproximation(m, 's');
    });
    expect(both).toBe(48);
  });

  it('are within the minimax error when nothing is rounded', () => {
    const d = worst(200_000, 1e-9, 1e9, (s) => Math.abs(dawsonApproximation(float64, s) / dawson(s) - 1));
    const k = worst(200_000, 1e-9, 1e9, (s) => Math.abs(logUniformKlApproximation(float64, s) / logUniformKl(s) - 1));
    show('unrounded dawson', d);
    show('unrounded KL', k);
    // The minimax errors 9.1e-8 and 5.4e-7, and what rounding the constants to float32 adds: less than one rounding.
    expect(d.error).toBeLessThan(9.2e-8 + 2 ** -24);
    expect(k.error).toBeLessThan(5.4e-7 + 2 ** -24);
  });

  it.each([-3, 0, 3])('err by less than 1e-6 in float32 from 7e-12 to 1e18, log off by %i ulp', (ulps) => {
    const m = float32(() => ulps);
    // Up to 1e-6 the grid is sparse: there D = s and K = s² but for a factor that does not change.
    for (const [count, from, to] of [
      [5_000, 7e-12, 1e-3],
      [400_000, 1e-3, 1e2],
      [5_000, 1e2, 1e18],
    ] as const) {
      const d = worst(count, from, to, (s) => Math.abs(dawsonApproximation(m, s) / dawson(s) - 1));
      const k = worst(count, from, to, (s) => Math.abs(logUniformKlApproximation(m, s) / logUniformKl(s) - 1));
      show(`dawson, float32, ${from} to ${to}`, d);
      show(`KL, float32, ${from} to ${to}`, k);
      expect(d.error).toBeLessThan(1e-6);
      expect(k.error).toBeLessThan(1e-6);
    }
  });

  it('are odd and even to the last bit, and exact at 0', () => {
    const m = float32();
    expect(dawsonApproximation(m, 0)).toBe(0);
    expect(Object.is(dawsonApproximation(m, -0), -0)).toBe(true);
    expect(logUniformKlApproximation(m, 0)).toBe(0);
    expect(logUniformKlApproximation(m, -0)).toBe(0);
    for (let s = 1e-12; s < 1e12; s *= 1.37) {
      expect(dawsonApproximation(m, fround(-s))).toBe(-dawsonApproximation(m, fround(s)));
      expect(logUniformKlApproximation(m, fround(-s))).toBe(logUniformKlApproximation(m, fround(s)));
    }
  });

  it('stay finite over all of float32', () => {
    const m = float32();
    for (const s of [1e-45, 1e-38, 1e-30, 1e-20, 1e18, 1e19, 2e19, 1e30, 3.4e38].map(fround)) {
      for (const sign of [1, -1]) {
        expect(Number.isFinite(dawsonApproximation(m, sign * s))).toBe(true);
        const k = logUniformKlApproximation(m, sign * s);
        // s² underflows below 1e-23, so only the absolute error is small there.
        expect(Math.abs(k - logUniformKl(s))).toBeLessThan(1e-6 * logUniformKl(s) + 1e-45);
      }
    }
    expect(dawsonApproximation(m, fround(1e-45))).toBe(fround(1e-45));
    expect(dawsonApproximation(m, fround(2e19))).toBe(0);
  });

  it('have no denominator near 0 where its quotient counts', () => {
    const smallest = (from: number, to: number, what: (m: Arithmetic<number>, s: number) => number) => {
      let least = Number.POSITIVE_INFINITY;
      const watched: Arithmetic<number> = {
        ...float64,
        div: (a, b) => {
          least = Math.min(least, Math.abs(b));
          return a / b;
        },
      };
      worst(50_000, from, to, (s) => what(watched, s));
      return least;
    };
    expect(smallest(1e-6, 1e6, dawsonApproximation)).toBeGreaterThan(0.3);
    // Below the split the quotient of the logarithmic form is not chosen; it may pass through a pole.
    expect(smallest(Math.sqrt(4.75), 1e6, logUniformKlApproximation)).toBeGreaterThan(0.3);
  });

  it('grow with |s| but for rounding', () => {
    const m = float32();
    let highest = 0;
    for (let s = 1e-8; s < 1e8; s *= 1.0003) {
      const k = logUniformKlApproximation(m, fround(s));
      expect(k).toBeGreaterThan(highest * (1 - 1e-6));
      highest = Math.max(highest, k);
    }
  });
});

describe('the KL of a weight (θ, log σ²) in float32', () => {
  /** What a program computes from the parameters, and the exact values at the very same parameters. */
  function evaluate(m: Arithmetic<number>, theta: number, logVariance: number) {
    const root = m.constant(Math.SQRT1_2);
    const inverseDeviation = m.exp(m.mul(m.constant(-0.5), logVariance));
    const scale = m.mul(inverseDeviation, root);
    const s = m.mul(theta, scale);
    const d = dawsonApproximation(m, s);
    return {
      kl: logUniformKlApproximation(m, s),
      byTheta: m.mul(m.mul(m.constant(2), d), scale),
      byLogVariance: m.neg(m.mul(s, d)),
    };
  }

  function exact(theta: number, logVariance: number) {
    const scale = Math.exp(-0.5 * logVariance) * Math.SQRT1_2;
    const s = theta * scale;
    return { kl: logUniformKl(s), byTheta: 2 * dawson(s) * scale, byLogVariance: -s * dawson(s) };
  }

  const jitter = noise(1);
  const cases: [string, () => number][] = [
    ['correctly rounded', () => 0],
    ['all 3 ulp high', () => 3],
    ['all 3 ulp low', () => -3],
    ['at random within 3 ulp', () => 3 * jitter()],
  ];

  it.each(cases)('is within 3e-6, with both derivatives, for 1e-8 ≤ α ≤ 1e8; exp and log %s', (_, errorInUlps) => {
    const m = float32(errorInUlps);
    const random = noise(7);
    const found = { kl: 0, byTheta: 0, byLogVariance: 0 };
    const count = 100_000;
    for (let i = 0; i <= count; i++) {
      const logAlpha = Math.log(1e8) * (-1 + (2 * i) / count);
      const theta = fround(Math.sign(random() + 1e-12) * Math.exp(5 * random()));
      const logVariance = fround(logAlpha + Math.log(theta * theta));
      const [actual, expected] = [evaluate(m, theta, logVariance), exact(theta, logVariance)];
      for (const key of ['kl', 'byTheta', 'byLogVariance'] as const) {
        found[key] = Math.max(found[key], Math.abs(actual[key] / expected[key] - 1));
      }
    }
    console.info(
      `exp and log ${_}: ${Object.entries(found)
        .map(([k, v]) => `${k} ${v.toExponential(2)}`)
        .join(', ')}`,
    );
    for (const value of Object.values(found)) expect(value).toBeLessThan(3e-6);
  });

  it('is exactly 0, with exact derivatives, at θ = 0', () => {
    for (const logVariance of [-40, -10, 0, 10, 40]) {
      const { kl, byTheta, byLogVariance } = evaluate(float32(), 0, logVariance);
      expect([kl, byTheta, Math.abs(byLogVariance)]).toEqual([0, 0, 0]);
    }
  });

  it('is right for tiny and for negative θ', () => {
    for (const theta of [1e-15, -1e-15, 1e-10, -0.3, 1e10].map(fround)) {
      const [actual, expected] = [evaluate(float32(), theta, -10), exact(theta, -10)];
      for (const key of ['kl', 'byTheta', 'byLogVariance'] as const) {
        expect(Math.abs(actual[key] / expected[key] - 1)).toBeLessThan(3e-6);
      }
    }
  });
});
