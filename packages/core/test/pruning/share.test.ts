import { describe, expect, it } from 'vitest';
import { logUniformExact } from '../../src/divergences/index.js';
import { createBuilder } from '../../src/program/builder.js';
import { evaluate } from '../../src/reference/evaluate.js';

const b = createBuilder('weight');
const logAlpha = b.input('logAlpha', []);
b.output('kl', logUniformExact().kl(b, { kind: 'scale', logAlpha, alpha: b.exp(logAlpha), count: 1 }));
const program = b.build();

const grid = Array.from({ length: 3000 }, (_, i) => -10 + i / 100).map((value) => ({
  logAlpha: value,
  kl: evaluate(program, { inputs: { logAlpha: [value] } }).kl[0],
}));

/**
 * log α of one weight of an orthogonal linear model, z its least-squares estimate in standard errors: the least of
 * `½((θ − z)² + αθ²) + KL(α)`, whose θ is z/(1 + α).
 */
function optimalLogAlpha(z: number): number {
  const loss = (one: (typeof grid)[number]) => 0.5 * z * z * (1 / (1 + Math.exp(-one.logAlpha))) + one.kl;
  return grid.reduce((best, one) => (loss(one) < loss(best) ? one : best)).logAlpha;
}

describe('sparse variational dropout in an orthogonal linear model', () => {
  it('prunes at log α ≥ 3 what is within 1.04 standard errors of 0: 70 % of what does not matter', () => {
    for (const z of [0.1, 0.7, 1, 1.04]) expect(optimalLogAlpha(z)).toBeGreaterThan(3);
    for (const z of [1.045, 1.1, 2]) expect(optimalLogAlpha(z)).toBeLessThan(3);
  });
});
