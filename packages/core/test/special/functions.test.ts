import { describe, expect, it } from 'vitest';
import { sigmoidApproximation } from '../../src/special/sigmoidApproximation.js';
import { softplusApproximation } from '../../src/special/softplusApproximation.js';
import { tanhApproximation } from '../../src/special/tanhApproximation.js';
import { float32, recorder } from './arithmetics.js';

const functions = {
  sigmoid: {
    chain: sigmoidApproximation,
    exact: (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
    operations: 6,
    units: 2.1,
    limits: [0, 1],
  },
  softplus: {
    chain: softplusApproximation,
    exact: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    operations: 18,
    units: 1.7,
    limits: [0, Number.POSITIVE_INFINITY],
  },
  tanh: { chain: tanhApproximation, exact: Math.tanh, operations: 22, units: 1.4, limits: [-1, 1] },
} as const;

/** 2^(floor(log₂|y|) − 23), and no less than the distance between subnormal numbers. */
const unit = (y: number) => Math.max(2 ** (Math.floor(Math.log2(Math.abs(y))) - 23), 2 ** -149);

/** Evenly spaced numbers, then positive and negative floats evenly spaced by their bits, subnormal ones among them. */
function samples(): readonly number[] {
  const count = 20_000;
  const bits = Uint32Array.from({ length: count }, (_, i) => 1 + Math.floor((0x7f7ffffe * i) / (count - 1)));
  const positive = new Float32Array(bits.buffer);
  const between = (low: number, high: number) =>
    Array.from({ length: count }, (_, i) => Math.fround(low + ((high - low) * i) / count));
  return [between(-104, 30), between(-2, 2), [...positive], [...positive.map((x) => -x)]].flat();
}

describe.each(Object.entries(functions))('the chain for %s', (_, { chain, exact, operations, units, limits }) => {
  it('takes the operations it is said to take', () => {
    const { arithmetic, operations: made } = recorder();
    chain(arithmetic, 's');
    expect(made.size).toBe(operations);
  });

  it.each([-1, 0, 1])('errs by few units in the last place in float32, exp off by %i', (off) => {
    const m = float32(() => off);
    let worst = { error: 0, at: 0 };
    for (const x of samples()) {
      const wanted = exact(x);
      const error = Math.abs(chain(m, x) - wanted) / unit(wanted);
      if (!(error <= worst.error)) worst = { error, at: x };
    }
    // A unit of exp is up to two of the result, where that is just below a power of two and exp just above one.
    expect(worst.error, `at ${worst.at}`).toBeLessThanOrEqual(units + 1.5 * Math.abs(off));
  });

  it('has its limits at infinities, and NaN of NaN', () => {
    const m = float32(() => 0);
    expect([chain(m, Number.NEGATIVE_INFINITY), chain(m, Number.POSITIVE_INFINITY)]).toEqual(limits);
    expect(chain(m, Number.NaN)).toBeNaN();
  });
});
