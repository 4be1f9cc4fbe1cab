import { VardropError } from '@vardrop/core';
import { contractVersion } from '@vardrop/core/backend';
import { createReferenceBackend } from '@vardrop/core/reference';
import { describe, expect, it } from 'vitest';
import { checkOnce } from '../src/checkProperty.js';
import {
  applyExpectedFailures,
  conformance,
  formatReplay,
  type Law,
  type LawResult,
  laws,
  openBackend,
  parseReplay,
  runLaw,
  runSuite,
  suiteJson,
  type TestRunner,
} from '../src/index.js';
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
    await expect(tests[1].run()).rejects.toThrow(
      'bad/sum (seed 5, path 3:1): got 1, wanted 2\nreplay: vardrop conformance --backend mine --replay "5:bad/sum#3:1"',
    );
    for (const end of ends) await end();
    expect([created, closed]).toEqual([1, 1]);
    expect(results[0]).toMatchObject({ id: 'good', cases: 1, passed: 1, failed: 0, comparisons: 4, silent: 1 });
    expect(results[0].worstRatio).toBe(0.75);
    expect(results[0].medianRatio).toBe(0.5);
    expect(results[1]).toMatchObject({ id: 'bad', cases: 1, failed: 1 });
  });

  it('goes on with another backend after a law that failed', async () => {
    const seen: number[] = [];
    let created = 0;
    let closed = 0;
    const create = () => {
      const backend = { ...createReferenceBackend(), name: `${created++}` };
      const close = async () => {
        closed++;
        // What broke it may break this as well.
        throw new Error('cannot be closed');
      };
      return { ...backend, close: created === 1 ? close : backend.close };
    };
    const noted = (law: Law): Law => ({
      ...law,
      check: (context) => {
        seen.push(Number(context.backend.name));
        return law.check(context);
      },
    });
    const { laws } = await runSuite({
      name: 'mine',
      create,
      laws: [noted(good), noted(bad), noted(good), noted(good)],
    });
    expect(seen).toEqual([0, 0, 1, 1]);
    expect([created, closed]).toEqual([2, 1]);
    expect(laws.map(({ failed, deviceLosses }) => [failed, deviceLosses])).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it('runs a law again, once, where the device was lost under it', async () => {
    const lost = new VardropError('VARDROP_DEVICE_LOST', '[mine] read: got a lost device, needs a live one.');
    let losses = 0;
    let created = 0;
    /** Loses its device at the first read while there are losses left. */
    const create = () => {
      const backend = createReferenceBackend();
      let isLost = false;
      created++;
      const read: typeof backend.read = async (tensor) => {
        if (losses > 0 && !isLost) {
          losses--;
          isLost = true;
        }
        if (isLost) throw lost;
        return backend.read(tensor);
      };
      return { ...backend, read };
    };
    const reading: Law = {
      id: 'reading',
      statement: 'one is one',
      async check(context) {
        await checkOnce(context, 'one', async () => {
          const tensor = context.backend.upload(Float32Array.of(1), [1]);
          await context.backend.read(tensor).finally(() => context.backend.dispose(tensor));
        });
      },
    };
    losses = 1;
    const once = await runSuite({ name: 'mine', create, laws: [reading, good] });
    expect(once.laws.map(({ failed, deviceLosses }) => [failed, deviceLosses])).toEqual([
      [0, 1],
      [0, 0],
    ]);
    expect(created).toBe(2);

    losses = 2;
    const [twice] = (await runSuite({ name: 'mine', create, laws: [reading] })).laws;
    expect(twice).toMatchObject({ failed: 1, deviceLosses: 1, failures: [{ property: 'one', message: lost.message }] });
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

it('without a runner the global one is taken, and missed where there is none', () => {
  const options = { name: 'mine', create: createReferenceBackend, laws: [good] };
  expect(() => conformance(options)).toThrow(/Pass `import \* as runner from 'vitest'`/);
  const { runner, tests } = createRecorder();
  Object.assign(globalThis, runner);
  try {
    conformance(options);
  } finally {
    for (const name of Object.keys(runner)) Reflect.deleteProperty(globalThis, name);
  }
  expect(tests.map(({ name }) => name)).toEqual(['good: holds']);
});

const never = new Promise<never>(() => {});

describe('expected failures', () => {
  const bothBad: Law = {
    id: 'primitives',
    statement: 'does not hold',
    async check({ ledger, seed }) {
      ledger.failed({ property: 'sum', seed, message: 'wrong' });
      ledger.failed({ property: 'exp', seed, message: 'wrong' });
      ledger.passed(3);
    },
  };
  const issue = 'https://example.org/1';

  it('are skipped, and only they', async () => {
    const result = await runLaw(bothBad, createReferenceBackend());
    expect(result).toMatchObject({ cases: 5, passed: 3, failed: 2 });
    const sum = { law: 'primitives', property: 'sum', issue };
    const one = applyExpectedFailures(result, [sum]);
    expect(one).toMatchObject({ cases: 4, passed: 3, failed: 1, skipped: 1, failures: [{ property: 'exp' }] });
    expect(applyExpectedFailures(result, [{ law: 'primitives', issue }])).toMatchObject({ failed: 0, skipped: 2 });
  });

  it('that pass are failures', async () => {
    const result = await runLaw(bothBad, createReferenceBackend());
    const expected = [
      { law: 'primitives', issue },
      { law: 'primitives', property: 'log', issue },
    ];
    const { failures } = applyExpectedFailures(result, expected);
    expect(failures).toEqual([
      { property: 'log', seed: result.failures[0].seed, message: expect.stringContaining('but passed') },
    ]);
    const passing = await runSuite({
      name: 'mine',
      create: createReferenceBackend,
      laws: [good],
      expectedFailures: [{ law: 'kl', issue }],
    });
    expect(passing.laws[0].failed).toBe(0);
  });

  it('of no law are refused', async () => {
    const { runner } = createRecorder();
    const expectedFailures = [{ law: 'gravity', issue }];
    const create = createReferenceBackend;
    expect(() => conformance({ name: 'mine', create, runner, expectedFailures })).toThrow(/"gravity", needs one of/);
    await expect(runSuite({ name: 'mine', create, expectedFailures })).rejects.toMatchObject({
      code: 'VARDROP_UNKNOWN_LAW',
    });
  });
});

describe('a factory', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['throws', () => Promise.reject(new Error('no device')), /an error \(no device\)/],
    ['throws at once', () => JSON.parse('{'), /an error/],
    ['hangs', () => never, /nothing within 0.05 s/],
    ['makes nothing', () => undefined, /got undefined/],
    ['makes something else', () => ({ upload() {} }), /without the method read/],
    ['leaves out supports', () => ({ ...createReferenceBackend(), supports: undefined }), /name or supports/],
  ])('that %s is refused', async (_, create, message) => {
    const opened = openBackend('mine', create as () => Promise<never>, 50);
    await expect(opened).rejects.toMatchObject({
      code: 'VARDROP_BACKEND_FACTORY',
      message: expect.stringMatching(message),
    });
  });
});

describe('a backend of another contract', () => {
  const create = () => ({
    ...createReferenceBackend(),
    contractVersion: (contractVersion + 1) as typeof contractVersion,
  });

  it('is refused before any law, by name', async () => {
    const message = expect.stringContaining(`[conformance] backend reference:cpu: got version ${contractVersion + 1}`);
    const refusal = { code: 'VARDROP_CONTRACT', message };
    await expect(openBackend('mine', create)).rejects.toMatchObject(refusal);
    await expect(runLaw(laws[0], create())).rejects.toMatchObject(refusal);
  });
});

describe('a backend that', () => {
  const primitives = parseReplay('1:primitives/neg').replay;
  const lawOf = (id: string) => laws.find((law) => law.id === id) as Law;

  it('hangs is reported once, with the case, and asked for nothing more', async () => {
    let reads = 0;
    const backend = {
      ...createReferenceBackend(),
      read: () => {
        reads++;
        return never;
      },
    };
    const one = await runLaw(lawOf('primitives'), backend, { caseTimeout: 30 });
    expect(one.failures).toMatchObject([{ property: 'neg: edges', message: 'neg: edges did not end within 0.03 s' }]);
    expect(reads).toBe(1);
    // A generated case is not shrunk either.
    const generated = await runLaw(lawOf('primitives'), backend, { caseTimeout: 30, replay: { property: 'neg' } });
    expect(generated.failures).toMatchObject([{ property: 'neg', message: 'a case of neg did not end within 0.03 s' }]);
    expect(reads).toBe(2);
    const law = await runLaw(lawOf('primitives'), backend, { lawTimeout: 30 });
    expect(law.failures[0].message).toContain('the law primitives did not end within 0.03 s');
  });

  it.each<[string, unknown, string]>([
    ['float64', new Float64Array(1), 'got a value of type Float64Array, wanted a Float32Array'],
    ['too few values', new Float32Array(0), 'got 0 values, wanted'],
    ['nothing', undefined, 'got a value of type undefined'],
  ])('reads %s fails the law with what it read', async (_, value, message) => {
    const backend = { ...createReferenceBackend(), read: async () => value as Float32Array<ArrayBuffer> };
    const { failures } = await runLaw(lawOf('primitives'), backend, { replay: primitives, bail: true });
    expect(failures[0].message).toContain(message);
  });
});

describe('a replay', () => {
  it('is written and read back', () => {
    for (const text of ['7:primitives/sub#3:1:0', '7:kl/KL at θ = 0, log σ² = 2', '-3:local-reparametrization/a/b']) {
      const { law, seed, replay } = parseReplay(text);
      expect(formatReplay(law, { seed, ...replay })).toBe(text);
    }
    for (const text of ['', '7', 'x:kl/a', '7:kl', '7:kl/a#b']) {
      expect(() => parseReplay(text)).toThrow(/needs SEED:LAW\/PROPERTY/);
    }
  });
});

it('the JSON has exactly what it is to have', async () => {
  const result = await runSuite({ name: 'mine', create: createReferenceBackend, laws: [good], seed: 3 });
  const { laws: rows, ...rest } = suiteJson(result);
  expect(rest).toEqual({ backend: 'mine', effort: 'quick', seed: 3 });
  expect(Object.keys(rows[0])).toEqual([
    'id',
    'cases',
    'passed',
    'failed',
    'skipped',
    'worstRatio',
    'medianRatio',
    'seconds',
  ]);
});
