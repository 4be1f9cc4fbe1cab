import { describe, expect, it } from 'vitest';
import { createLane, type LaneOptions } from '../../src/bench/lane.js';
import type { VariantName, VariantPlan } from '../../src/bench/timedVariant.js';
import { createFakeClock } from './fakeClock.js';

/** A lane of variants that take as many milliseconds a run as given. */
function laneOf(durations: Partial<Record<VariantName, number>>, options: Partial<LaneOptions> = {}) {
  const clock = createFakeClock();
  const left: string[] = [];
  const disposed: string[] = [];
  const plans = Object.entries(durations).map(([name, duration]): VariantPlan => {
    const variant = {
      name: name as VariantName,
      gigaflop: 1,
      run: async () => clock.advance(duration),
      dispose: () => void disposed.push(name),
    };
    return { name: variant.name, gigaflop: 1, prepare: async () => variant };
  });
  const lane = createLane({
    backend: 'b',
    plans,
    budget: 1000,
    clock,
    expect: () => 0,
    leaveOut: (variant, reason) => left.push(`${variant}: ${reason}`),
    stopped: () => false,
    ...options,
  });
  return { lane, left, disposed, clock };
}

describe('a lane', () => {
  it('runs every variant once to warm it, then once a round, and keeps the times of rounds that count', async () => {
    const { lane, left, disposed } = laneOf({ 'variational step': 30, 'deterministic step': 10 });
    await lane.prepare();
    expect(await lane.round(false)).toBe(true);
    expect(await lane.round(true)).toBe(true);
    expect(await lane.round(true)).toBe(true);
    expect(lane.times()).toEqual([
      { name: 'variational step', gigaflop: 1, first: 30, times: [30, 30] },
      { name: 'deterministic step', gigaflop: 1, first: 10, times: [10, 10] },
    ]);
    lane.dispose();
    expect([left, disposed]).toEqual([[], ['variational step', 'deterministic step']]);
  });

  it('leads short runs in by one that is not timed, and not long ones', async () => {
    const runs: string[] = [];
    // What comes after another variant takes longer.
    const clock = createFakeClock();
    const variant = (name: VariantName, duration: number): VariantPlan => ({
      name,
      gigaflop: 1,
      prepare: async () => ({
        name,
        gigaflop: 1,
        run: async () => {
          clock.advance(runs.at(-1) === name ? duration : duration + 20);
          runs.push(name);
        },
        dispose() {},
      }),
    });
    const plans = [variant('variational step', 30), variant('mean prediction', 150)];
    const { lane } = laneOf({}, { plans, clock });
    await lane.prepare();
    runs.length = 0;
    expect(await lane.round(true)).toBe(true);
    expect(runs).toEqual(['variational step', 'variational step', 'mean prediction']);
    expect(lane.times().map(({ times }) => times)).toEqual([[30], [170]]);
  });

  it('stops when another round would exceed the budget', async () => {
    const { lane } = laneOf({ 'variational step': 200 });
    await lane.prepare();
    // 200 spent: rounds end at 400, 600, 800, 1000.
    for (let round = 0; round < 4; round++) expect(await lane.round(true)).toBe(true);
    expect(await lane.round(true)).toBe(false);
    expect(lane.times()[0].times).toHaveLength(4);
  });

  it('goes without warm-up, but not without a time, where the budget is small', async () => {
    const { lane } = laneOf({ 'variational step': 700 });
    await lane.prepare();
    expect(await lane.round(false)).toBe(false);
    expect(await lane.round(true)).toBe(true);
    expect(await lane.round(true)).toBe(false);
    expect(lane.times()[0].times).toEqual([700]);
  });

  it('leaves out what would not fit, and what comes when the budget is needed for what has run, and says so', async () => {
    const { lane, left } = laneOf(
      { 'variational step': 2000, 'deterministic step': 510, 'mean prediction': 1 },
      { expect: ({ name }) => (name === 'variational step' ? 2000 : 0) },
    );
    await lane.prepare();
    expect(left).toEqual([
      'variational step: over budget: about 2.0 s per run, 1.0 s for all',
      'mean prediction: over budget: a run of unknown length after 510 ms of what comes first, 1.0 s for all',
    ]);
    expect(lane.times().map(({ name }) => name)).toEqual(['deterministic step']);
  });

  it('leaves out what fails, at once or later, and goes on with the rest', async () => {
    let runs = 0;
    const { lane, left, clock } = laneOf({});
    const plans = (['variational step', 'deterministic step', 'noise'] as const).map((name): VariantPlan => {
      const run = async () => {
        clock.advance(1);
        runs++;
        if (name === 'deterministic step' && runs > 2) throw new Error('out of memory\nand more');
      };
      const prepare = async () => {
        if (name === 'noise') throw new Error('no noise here');
        return { name, gigaflop: 1, run, dispose: () => {} };
      };
      return { name, gigaflop: 1, prepare };
    });
    lane.dispose();
    const failing = createLane({
      backend: 'b',
      plans,
      budget: 1000,
      clock,
      expect: () => 0,
      leaveOut: (variant, reason) => left.push(`${variant}: ${reason}`),
      stopped: () => false,
    });
    await failing.prepare();
    await failing.round(true);
    expect(left).toEqual(['noise: failed: no noise here', 'deterministic step: failed: out of memory']);
    expect(failing.times()).toEqual([{ name: 'variational step', gigaflop: 1, first: 1, times: [1] }]);
  });

  it('gives a variant with few repetitions no more than those', async () => {
    const clock = createFakeClock();
    const plan: VariantPlan = {
      name: 'compilation',
      gigaflop: 0,
      repetitions: 2,
      prepare: async () => ({ name: 'compilation', gigaflop: 0, run: async () => clock.advance(1), dispose() {} }),
    };
    const { lane } = laneOf({}, { plans: [plan], clock });
    await lane.prepare();
    expect([await lane.round(true), await lane.round(true), await lane.round(true)]).toEqual([true, true, false]);
    expect(lane.times()[0].times).toEqual([1, 1]);
  });
});
