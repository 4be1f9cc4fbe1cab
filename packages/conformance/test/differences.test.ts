import { createBuilder, gradients, type Value } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { checkGradients } from '../src/checkGradients.js';
import { differencesOf } from '../src/differences.js';
import { createLedger } from '../src/ledger.js';

type Build = (b: ReturnType<typeof createBuilder>, x: Value) => Value;

function lossOf(build: Build, shape: readonly number[] = []) {
  const b = createBuilder('loss');
  const x = b.input('x', shape);
  b.output('loss', build(b, x));
  return b.build();
}

describe('differences', () => {
  it('give a derivative with an error that covers how far it is off', () => {
    for (const at of [0.1, 1, -2]) {
      const difference = differencesOf(
        lossOf((b, x) => b.exp(b.tanh(x))),
        { inputs: { x: Float64Array.of(at) } },
      ).at('x', 0);
      const exact = Math.exp(Math.tanh(at)) / Math.cosh(at) ** 2;
      expect(Math.abs((difference?.value ?? Number.NaN) - exact)).toBeLessThanOrEqual(difference?.error ?? 0);
      expect(difference?.error).toBeLessThan(1e-9);
    }
  });

  it.each<[string, Build, readonly number[], readonly number[]]>([
    ['abs at 0', (b, x) => b.abs(x), [], [0]],
    ['max of equal numbers', (b, x) => b.max(x, 0.5), [], [0.5]],
    ['a condition next to its edge', (b, x) => b.selectGreater(x, 1, x, 0), [], [1 + 1e-5]],
    ['a step of floor', (b, x) => b.mul(x, b.floor(x)), [], [2]],
    ['a step of round', (b, x) => b.round(x), [], [0.5 + 1e-5]],
    ['the number of a row', (b, x) => b.gather(b.constant([1, 2], [2]), x), [], [1]],
    ['the number of a row to add to', (b, x) => b.reduceSum(b.gatherGradient(x, b.constant([1], [1]), [2])), [1], [1]],
    ['a maximum over ties', (b, x) => b.reduceMax(x), [2], [1, 1]],
    ['a window with ties', (b, x) => b.reduceSum(b.maxPool2d(x, [1, 2])), [1, 1, 2, 1], [3, 3]],
  ])('refuse to differ across %s', (_, build, shape, values) => {
    expect(
      differencesOf(lossOf(build, shape), { inputs: { x: Float64Array.from(values) } }).at('x', 0),
    ).toBeUndefined();
  });

  it('tell a wrong gradient from a right one', () => {
    const loss = lossOf((b, x) => b.reduceSum(b.mul(b.square(x), b.constant([1, 2], [2]))), [2]);
    const point = { inputs: { x: Float64Array.of(0.5, -1) } };
    const derived = (factor: number) => {
      const b = createBuilder('gradient');
      const x = b.input('x', [2]);
      const [gradient] = gradients(b, b.reduceSum(b.mul(b.square(x), b.constant([1, 2], [2]))), [x]);
      b.output('x', b.mul(gradient, factor));
      return b.build();
    };
    expect(checkGradients(loss, derived(1), point, createLedger())).toBe(2);
    expect(() => checkGradients(loss, derived(1 + 1e-5), point, createLedger())).toThrow(/gradient of x at/);
    expect(() => checkGradients(loss, derived(Number.NaN), point, createLedger())).toThrow(/finite/);
  });
});
