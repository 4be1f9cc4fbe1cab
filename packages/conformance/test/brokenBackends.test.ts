import { createReferenceBackend } from '@vardrop/core';
import { describe, expect, it } from 'vitest';
import { type Law, laws, runLaw } from '../src/index.js';
import { brokenBackends } from './brokenBackends.js';

const lawOf = (id: string) => laws.find((law) => law.id === id) as Law;

describe('the laws notice', () => {
  it.each(brokenBackends)(
    '$defect ($law)',
    async ({ law, create }) => {
      const { failures } = await runLaw(lawOf(law), create());
      expect(failures.length).toBeGreaterThan(0);
      // A defect is found by a comparison, not by a crash of the law.
      expect(failures.map(({ property }) => property)).not.toContain('run');
    },
    60_000,
  );
});

describe('runLaw', () => {
  it('repeats a run exactly, and tries other cases for another seed', async () => {
    const [first, second, other] = [undefined, undefined, 7].map((seed) =>
      runLaw(lawOf('programs'), createReferenceBackend(), { seed }),
    );
    const [a, b, c] = await Promise.all([first, second, other].map(async (each) => ({ ...(await each), seconds: 0 })));
    expect(a).toEqual(b);
    expect(c.comparisons).not.toBe(a.comparisons);
  });

  it('replays a failure from its seed and path', async () => {
    const broken = brokenBackends.find(({ defect }) => defect === 'a − b is b − a');
    const { failures } = await runLaw(lawOf('primitives'), broken!.create());
    const { property, seed, path, message } = failures[0];
    const again = await runLaw(lawOf('primitives'), broken!.create(), { seed, replay: { property, path } });
    expect(again.failures).toHaveLength(1);
    expect(again.failures[0].message).toBe(message);
    expect(again.cases).toBe(1);
  });

  it('reports a law that cannot go on as a failure', async () => {
    const law: Law = { id: 'broken', statement: 'nothing holds', check: () => Promise.reject(new Error('no way')) };
    const result = await runLaw(law, createReferenceBackend());
    expect(result).toMatchObject({ cases: 1, failed: 1, failures: [{ property: 'run' }] });
  });
});
