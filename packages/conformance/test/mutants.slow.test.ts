import { createReferenceBackend } from '@vardrop/core/reference';
import { afterAll, describe, expect, it } from 'vitest';
import { type Failure, type Law, laws, parseReplay, runLaw } from '../src/index.js';
import { failuresOf } from './mutants/failuresOf.js';
import { type Mutant, mutants } from './mutants/index.js';

const lawOf = (id: string) => laws.find((law) => law.id === id) as Law;

describe('the law that names the defect catches', () => {
  const rows: string[] = [];
  it.each(mutants)(
    '$subject: $defect ($law)',
    async (mutant) => {
      const failures = await failuresOf(lawOf(mutant.law), mutant, mutant.properties);
      rows.push(`${mutant.subject.padEnd(24)} ${mutant.law.padEnd(24)} ${mutant.defect} → ${failures[0]?.property}`);
      expect(failures.length).toBeGreaterThan(0);
      // A defect is found by a comparison, not by a crash of the law.
      expect(failures.map(({ property }) => property)).not.toContain('run');
    },
    60_000,
  );

  afterAll(() => {
    if (process.env.VARDROP_MUTANTS) console.log(`${rows.length} mutants\n${rows.sort().join('\n')}`);
  });
});

describe('mutants', () => {
  it('are many, each told from the others, and spread over all laws', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(60);
    expect(new Set(mutants.map(({ subject, defect }) => `${subject}: ${defect}`)).size).toBe(mutants.length);
    expect([...new Set(mutants.map(({ law }) => law))].sort()).toEqual(laws.map(({ id }) => id).sort());
  });
});

describe('runLaw', () => {
  const swapped = mutants.find(({ defect }) => defect === 'b − a') as Mutant;

  it('repeats a run exactly, and tries other cases for another seed', async () => {
    const [first, second, other] = [undefined, undefined, 7].map((seed) =>
      runLaw(lawOf('programs'), createReferenceBackend(), { seed }),
    );
    const [a, b, c] = await Promise.all([first, second, other].map(async (each) => ({ ...(await each), seconds: 0 })));
    expect(a).toEqual(b);
    expect(c.comparisons).not.toBe(a.comparisons);
  });

  it('replays a failure from its seed and path', async () => {
    const create = swapped.create as NonNullable<Mutant['create']>;
    const { failures } = await runLaw(lawOf('primitives'), create());
    const { property, seed, path, message } = failures.find((each) => each.path !== undefined) as Failure;
    const again = await runLaw(lawOf('primitives'), create(), { seed, replay: { property, path } });
    expect(again.failures).toHaveLength(1);
    expect(again.failures[0].message).toBe(message);
    expect(again.cases).toBe(1);
    // The smallest case there is: two numbers.
    expect(message).toMatch(/%2 sub \[1?\] at 0/);
    expect(parseReplay(`${seed}:primitives/${property}#${path}`).replay).toEqual({ property, path });
  });

  it('reports a law that cannot go on as a failure', async () => {
    const law: Law = { id: 'broken', statement: 'nothing holds', check: () => Promise.reject(new Error('no way')) };
    const result = await runLaw(law, createReferenceBackend());
    expect(result).toMatchObject({ cases: 1, failed: 1, failures: [{ property: 'run' }] });
  });
});
