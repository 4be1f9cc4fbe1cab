import { bindBatch, boundProgram, createBuilder, elementCount, type Program, type Value } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { groupNodes } from '../src/gpu/elementwise/groups.js';
import { planSteps } from '../src/run/plan.js';

/** Time that grows with the square of this length is minutes. */
const length = 100_000;

/** `v ← exp(v) + s`, with a matrix product after each thousand nodes. */
function chain(): Program {
  const b = createBuilder('chain');
  const weights = b.input('w', [2, 2]);
  const shared = b.exp(b.input('s', []));
  let value: Value = b.input('x', ['batch', 2], 'iteration');
  for (let i = 0; i < length; i += 2) {
    value = b.add(b.exp(value), shared);
    if (i % 1000 === 0) value = b.matmul(value, weights);
  }
  b.output('y', value);
  return bindBatch(b.build(), 3);
}

describe(`a chain of ${length} nodes`, () => {
  const program = chain();
  const { nodes } = program;
  const computed = nodes.filter(({ op }) => op !== 'input').length;

  it('keeps the values of few steps', () => {
    const steps = nodes.flatMap(({ op, operands }, id) => (op === 'input' ? [] : [{ results: [id], operands }]));
    let live = 0;
    for (const { results, dead } of planSteps(boundProgram(program), steps).each) {
      live += results.reduce((sum, id) => sum + elementCount(nodes[id].shape), 0);
      live -= dead.reduce((sum, id) => sum + elementCount(nodes[id].shape), 0);
      expect(live).toBeLessThanOrEqual(6);
    }
  });

  it('is cut into launches', () => {
    const pieces = groupNodes(boundProgram(program), 7);
    const members = pieces.flatMap((piece) => (typeof piece === 'number' ? [piece] : piece.nodes));
    expect(new Set(members).size).toBe(computed);
  });
});
