import { bindBatch, boundProgram, createBuilder, type Program, type Value } from '@vardrop/core/program';
import { describe, expect, it } from 'vitest';
import { groupNodes } from '../src/loop/groups.js';

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
    const pieces = groupNodes(boundProgram(program));
    expect(pieces.reduce<number>((sum, piece) => sum + (typeof piece === 'number' ? 1 : piece.nodes.length), 0)).toBe(
      computed,
    );
  });
});

/**
 * A chain of `links` loops over columns and over matrices by turns, each of which has a node more than the chain needs. Those
 * come in the order from the last loop to the first, so that the loop that comes first in the program waits for all others.
 * Two chains of products read them, each at the depth of its loop, which it stays in therefore.
 */
function crossed(links: number): Program {
  const b = createBuilder('crossed');
  const row = b.input('row', [1, 3]);
  const columns: Value[] = [];
  const matrices: Value[] = [];
  let next: Value = b.input('x', [2, 1]);
  for (let i = 0; i < links; i++) {
    columns.push(b.neg(next));
    matrices.push(b.mul(columns[i], row));
    next = b.reduceSum(matrices[i], [1], true);
  }
  const late: [Value, Value][] = [];
  for (let i = links - 1; i >= 0; i--) {
    const matrix = b.abs(matrices[i]);
    late[i] = [b.abs(columns[i]), matrix];
  }
  const square = b.input('square', [5, 5]);
  const weights = [b.input('w0', [1, 5]), b.input('w1', [3, 5])];
  const chains = weights.map((weight, k) => {
    let value: Value = b.input(`y${k}`, [2, 5]);
    for (const pair of late) value = b.add(b.neg(b.matmul(value, square)), b.matmul(pair[k], weight));
    return value;
  });
  b.output('columns', b.matmul(chains[0], square));
  b.output('matrices', chains[1]);
  b.output('rest', b.reduceSum(next));
  return b.build();
}

describe('loops that wait for later ones', () => {
  it.each([1, 2, 7, 10_000])('to a depth of %d come after what they read', (links) => {
    const program = crossed(links);
    const { nodes } = program;
    const there = new Set(nodes.flatMap(({ op }, id) => (op === 'input' ? [id] : [])));
    const pieces = groupNodes(boundProgram(program));
    let missing = 0;
    for (const piece of pieces) {
      const operands = typeof piece === 'number' ? nodes[piece].operands : piece.operands;
      missing += operands.filter((id) => !there.has(id)).length;
      for (const id of typeof piece === 'number' ? [piece] : piece.nodes) there.add(id);
    }
    expect(missing).toBe(0);
    expect(there.size).toBe(nodes.length);
  });
});
