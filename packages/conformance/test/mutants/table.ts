import { expect, it } from 'vitest';
import { laws } from '../../src/index.js';
import { failuresOf } from './failuresOf.js';
import { mutants } from './index.js';

/** Every how many-th mutant is tried on all laws. */
const step = Number(process.env.MUTANTS_EVERY ?? 1);

it('mutants against laws', async () => {
  const chosen = mutants.filter((_, i) => i % step === 0);
  const lines = [`${chosen.length} mutants, x where a law catches one, X where it is the law that names it`];
  laws.forEach(({ id }, i) => {
    lines.push(`${'│'.repeat(i)}┌ ${id}`);
  });
  for (const mutant of chosen) {
    let marks = '';
    for (const law of laws) {
      const caught = (await failuresOf(law, mutant)).length > 0;
      marks += caught ? (law.id === mutant.law ? 'X' : 'x') : '·';
    }
    lines.push(`${marks} ${mutant.subject}: ${mutant.defect}`);
    expect(marks, mutant.defect).toContain('X');
  }
  console.log(lines.join('\n'));
});
