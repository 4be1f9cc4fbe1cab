import { bindBatch, createBuilder, elementCount, type Program, type Value } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { groupNodes } from '../src/fused/groups.js';
import { groupNodes as groupLaunches } from '../src/gpu/groups.js';
import { planSteps } from '../src/plan.js';

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

  it('is cut into loops', () => {
    const pieces = groupNodes(program);
    expect(pieces.reduce<number>((sum, piece) => sum + (typeof piece === 'number' ? 1 : piece.nodes.length), 0)).toBe(
      computed,
    );
    const steps = pieces.map((piece) =>
      typeof piece === 'number' ? { results: [piece], operands: nodes[piece].operands } : piece,
    );
    let live = 0;
    for (const { results, dead } of planSteps(program, steps).each) {
      live += results.reduce((sum, id) => sum + elementCount(nodes[id].shape), 0);
      live -= dead.reduce((sum, id) => sum + elementCount(nodes[id].shape), 0);
      expect(live).toBe(6);
    }
  });

  it('is cut into launches', () => {
    const pieces = groupLaunches(program, 7);
    const members = pieces.flatMap((piece) => (typeof piece === 'number' ? [piece] : piece.nodes));
    expect(new Set(members).size).toBe(computed);
  });
});
