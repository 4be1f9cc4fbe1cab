import { createReferenceBackend } from '@vardrop/core';
import { describe, expect, it } from 'vitest';
import { conformance, type Law, type LawResult, type TestRunner } from '../src/index.js';
import { createLedger } from '../src/ledger.js';

/** A test runner that only notes what is registered. */
function createRecorder() {
  const tests: { name: string; run: () => Promise<void> }[] = [];
  const ends: (() => Promise<void>)[] = [];
  const runner: TestRunner = {
    describe: (_, register) => register(),
    it: (name, run) => void tests.push({ name, run }),
    afterAll: (run) => void ends.push(run),
  };
  return { runner, tests, ends };
}

const good: Law = {
  id: 'good',
  statement: 'holds',
  async check({ ledger }) {
    ledger.compare(1, 2);
    ledger.compare(1, 4);
    ledger.compare(3, 4);
    ledger.silent();
    ledger.passed();
  },
};
const bad: Law = {
  id: 'bad',
  statement: 'does not hold',
  async check({ ledger, seed }) {
    ledger.failed({ property: 'sum', seed, path: '3:1', message: 'got 1, wanted 2' });
  },
};

describe('conformance', () => {
  it('registers one test a law on one backend, reports results and closes the backend', async () => {
    const { runner, tests, ends } = createRecorder();
    const results: LawResult[] = [];
    let created = 0;
    let closed = 0;
    const create = async () => {
      created++;
      const backend = createReferenceBackend();
      return { ...backend, close: async () => void closed++ };
    };
    conformance({
      name: 'mine',
      create,
      runner,
      laws: [good, bad],
      report: (each) => void results.push(each),
      seed: 5,
    });
    expect(tests.map(({ name }) => name)).toEqual(['good: holds', 'bad: does not hold']);
    expect(created).toBe(0);
    await tests[0].run();
    await expect(tests[1].run()).rejects.toThrow('bad/sum (seed 5, path 3:1): got 1, wanted 2');
    for (const end of ends) await end();
    expect([created, closed]).toEqual([1, 1]);
    expect(results[0]).toMatchObject({ id: 'good', cases: 1, passed: 1, failed: 0, comparisons: 4, silent: 1 });
    expect(results[0].worstRatio).toBe(0.75);
    expect(results[0].medianRatio).toBe(0.5);
    expect(results[1]).toMatchObject({ id: 'bad', cases: 1, failed: 1 });
  });
});

describe('the ledger', () => {
  it('finds the median within a hundredth, and keeps the largest effect', () => {
    const ledger = createLedger();
    for (let i = 1; i <= 999; i++) ledger.compare(i, 1000);
    ledger.compare(1, 0);
    ledger.effect('mean', 0.1);
    ledger.effect('mean', 0.05);
    const { medianRatio, worstRatio, comparisons, smallestEffects } = ledger.total();
    expect(Math.abs(medianRatio - 0.5)).toBeLessThan(0.01);
    expect(worstRatio).toBe(0.999);
    expect(comparisons).toBe(1000);
    expect(smallestEffects).toEqual({ mean: 0.1 });
  });
});
