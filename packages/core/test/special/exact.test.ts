import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dawson } from '../../src/special/dawson.js';
import { logUniformKl } from '../../src/special/logUniformKl.js';

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));

function relativeError(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.abs(expected);
}

describe('the exact log-uniform KL and Dawson’s function', () => {
  // s is rounded twice on its way from alpha and the condition number of both functions is at most 2.
  const roundings = 1e-14;

  it('agree with all 33 tabulated points', () => {
    const rows: { alpha: string; neg_kl: string; d_neg_kl_d_log_alpha: string }[] = fixture('kl_exact.json').rows;
    expect(rows).toHaveLength(33);
    for (const row of rows) {
      const s = 1 / Math.sqrt(2 * Number(row.alpha));
      expect(relativeError(-logUniformKl(s), Number(row.neg_kl))).toBeLessThan(roundings);
      expect(relativeError(s * dawson(s), Number(row.d_neg_kl_d_log_alpha))).toBeLessThan(roundings);
    }
  });

  it('agree with 40-digit arithmetic from 1e-10 to 1e10, odd and even', () => {
    const rows: [number, string, string][] = fixture('special_functions.json').rows;
    expect(rows).toHaveLength(401);
    let worstDawson = 0;
    let worstKl = 0;
    for (const [s, exactDawson, exactKl] of rows) {
      worstDawson = Math.max(worstDawson, relativeError(dawson(s), Number(exactDawson)));
      worstKl = Math.max(worstKl, relativeError(logUniformKl(s), Number(exactKl)));
      expect(dawson(-s)).toBe(-dawson(s));
      expect(logUniformKl(-s)).toBe(logUniformKl(s));
    }
    console.info(`float64: dawson ${worstDawson.toExponential(2)}, KL ${worstKl.toExponential(2)} relative`);
    expect(worstDawson).toBeLessThan(2e-15);
    expect(worstKl).toBeLessThan(2e-15);
  });

  it('join without a step where the series gives way to the asymptotic form', () => {
    const split = Math.sqrt(40);
    const [left, right] = [split * (1 - 1e-15), split * (1 + 1e-15)];
    expect(left * left <= 40 && right * right > 40).toBe(true);
    // Over a relative step of 2e-15 each function changes by at most 2e-15 times its condition number, at most 2.
    expect(relativeError(dawson(left), dawson(right))).toBeLessThan(5e-15);
    expect(relativeError(logUniformKl(left), logUniformKl(right))).toBeLessThan(5e-15);
  });

  it('have the right limits', () => {
    expect(dawson(0)).toBe(0);
    expect(Object.is(dawson(-0), -0)).toBe(true);
    expect(logUniformKl(0)).toBe(0);
    expect(dawson(1e-300)).toBe(1e-300);
    expect(logUniformKl(1e-300)).toBe(0);
    expect(relativeError(dawson(1e300), 0.5e-300)).toBeLessThan(3e-16);
    expect(relativeError(logUniformKl(1e300), Math.log(1e300) + 0.9817550130107117)).toBeLessThan(3e-16);
    expect(dawson(Number.POSITIVE_INFINITY)).toBe(0);
    expect(dawson(Number.NEGATIVE_INFINITY)).toBe(-0);
    expect(logUniformKl(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(logUniformKl(Number.NEGATIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(dawson(Number.NaN)).toBeNaN();
    expect(logUniformKl(Number.NaN)).toBeNaN();
  });

  it('are derivative and integral of each other', () => {
    // Richardson's difference: error of order h⁴ K⁗‴/480, with rounding 2 · 2e-15 K/h beside it.
    for (let s = 0.05; s < 30; s *= 1.1) {
      const h = 1e-3 * s;
      const slope = (step: number) => (logUniformKl(s + step) - logUniformKl(s - step)) / (2 * step);
      expect(relativeError((4 * slope(h / 2) - slope(h)) / 3, 2 * dawson(s))).toBeLessThan(2e-10);
    }
  });
});
