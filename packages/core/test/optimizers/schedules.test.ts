import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  constantSchedule,
  cosineDecay,
  exponentialDecay,
  joinSchedules,
  oneCycle,
  piecewiseLinear,
  type Schedule,
  stepDecay,
  warmUp,
} from '../../src/training/index.js';

const { factors } = JSON.parse(readFileSync(new URL('../../fixtures/schedules.json', import.meta.url), 'utf8')) as {
  readonly factors: Readonly<Record<string, readonly number[]>>;
};

/** The schedules of scripts/reference/schedules.py, with epochs of 8 steps. */
const schedules: Readonly<Record<string, Schedule>> = {
  'cosine, optax': cosineDecay(10, { final: 0.1 }),
  'cosine, torch': cosineDecay(15),
  'exponential, torch': exponentialDecay(0.97, 1 / 8),
  'exponential, optax': exponentialDecay(0.5, 3.75),
  'step, torch': stepDecay(0.3, 3.125),
  'step, optax': stepDecay(0.5, 5),
  'one cycle, torch': oneCycle(15, { rise: 0.3 }),
  'one cycle, optax': oneCycle(12.5, { rise: 0.4, start: 0.1, final: 0.1 / 50 }),
  'warm-up, optax': warmUp(6.25),
  'warm-up and cosine, torch': joinSchedules([warmUp(2.5), cosineDecay(12.5, { final: 0.05 })], [2.5]),
  'warm-up and step, optax': joinSchedules([warmUp(1.25), stepDecay(0.5, 3.75)], [1.25]),
};

describe('schedules are those of other libraries, step by step', () => {
  it.each(Object.keys(factors))('%s', (name) => {
    factors[name].forEach((factor, step) => {
      const error = Math.abs(schedules[name]({ epoch: step / 8, step }) - factor);
      expect(error, `step ${step}`).toBeLessThan(1e-12);
    });
  });
});

describe('schedules', () => {
  const at = (epoch: number) => ({ epoch, step: 0 });

  it('piecewise linear: level, then straight lines, then level', () => {
    const schedule = piecewiseLinear([5, 0], [20, 1], [30, 0.5]);
    expect([0, 5, 8, 12.5, 20, 25, 30, 1000].map((epoch) => schedule(at(epoch)))).toEqual([
      0, 0, 0.2, 0.5, 1, 0.75, 0.5, 0.5,
    ]);
    expect(piecewiseLinear([3, 0.7])(at(0))).toBe(0.7);
    expect(piecewiseLinear([3, 0.7])(at(4))).toBe(0.7);
  });

  it('warm-up, decay and constants', () => {
    expect([0, 2, 4, 8, 9].map((epoch) => warmUp(8)(at(epoch)))).toEqual([0, 0.25, 0.5, 1, 1]);
    expect(exponentialDecay(0.5, 10)(at(20))).toBe(0.25);
    expect(exponentialDecay(0.5)(at(0.5))).toBeCloseTo(Math.SQRT1_2, 15);
    expect([0, 7].map((epoch) => constantSchedule(0.3)(at(epoch)))).toEqual([0.3, 0.3]);
    expect(constantSchedule()(at(1))).toBe(1);
  });

  for (const [name, make] of [
    ['no points', () => piecewiseLinear()],
    ['epochs that do not ascend', () => piecewiseLinear([1, 0], [1, 1])],
    ['NaN', () => piecewiseLinear([0, Number.NaN])],
    ['an infinite epoch', () => piecewiseLinear([0, 1], [Number.POSITIVE_INFINITY, 0])],
    ['a warm-up of no epochs', () => warmUp(0)],
    ['a decay over no epochs', () => exponentialDecay(0.5, 0)],
    ['a decay by a negative factor', () => exponentialDecay(-0.5)],
    ['a cosine over no epochs', () => cosineDecay(0)],
    ['a cosine to a negative factor', () => cosineDecay(3, { final: -1 })],
    ['steps by 0', () => stepDecay(0, 3)],
    ['steps of no epochs', () => stepDecay(0.5, 0)],
    ['a cycle over infinite epochs', () => oneCycle(Number.POSITIVE_INFINITY)],
    ['a cycle that only rises', () => oneCycle(3, { rise: 1 })],
    ['a cycle from NaN', () => oneCycle(3, { start: Number.NaN })],
    ['no schedules to join', () => joinSchedules([], [])],
    ['a boundary too few', () => joinSchedules([warmUp(1), warmUp(1)], [])],
    ['boundaries that do not ascend', () => joinSchedules([warmUp(1), warmUp(1), warmUp(1)], [2, 2])],
    ['a number to join', () => joinSchedules([1 as never], [])],
  ] as const) {
    it(`refused: ${name}`, () => expect(make).toThrow(expect.objectContaining({ code: 'VARDROP_SCHEDULE' })));
  }
});
