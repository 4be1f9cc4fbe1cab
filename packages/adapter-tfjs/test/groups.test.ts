import {
  type BoundProgram,
  boundProgram,
  createBuilder,
  invariantNodes,
  type NodeId,
  operationClass,
} from '@vardrop/core/program';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isElementwise, isLiteral } from '../src/gpu/elementwise/elementwise.js';
import { groupNodes, type Piece } from '../src/gpu/elementwise/groups.js';

const idOf = (piece: Piece) => (typeof piece === 'number' ? piece : piece.output);

/** Walks through the pieces as a run does; throws where a value is not there yet. */
function evaluate(program: BoundProgram, pieces: readonly Piece[]) {
  const { nodes } = program;
  const there = new Set<NodeId>(nodes.flatMap((node, id) => (operationClass[node.op] === 'source' ? [id] : [])));
  for (const piece of pieces) {
    if (typeof piece === 'number') {
      for (const operand of nodes[piece].operands) expect(there).toContain(operand);
    } else {
      for (const input of piece.inputs) expect(there).toContain(input);
      const inside = new Set(piece.inputs);
      for (const id of piece.nodes) {
        for (const operand of nodes[id].operands) {
          expect(inside.has(operand) || isLiteral(nodes[operand])).toBe(true);
        }
        inside.add(id);
      }
      expect(inside).toContain(piece.output);
    }
    there.add(idOf(piece));
  }
  for (const output of Object.values(program.outputs)) expect(there).toContain(output);
}

describe('groupNodes', () => {
  it('puts a chain into one launch, with its constants', () => {
    const b = createBuilder('chain');
    const x = b.input('x', [4, 3]);
    b.output('y', b.exp(b.mul(b.add(x, 1), b.input('bias', [3]))));
    const pieces = groupNodes(boundProgram(b.build()), 7);
    expect(pieces).toHaveLength(1);
    expect(pieces[0]).toMatchObject({ shape: [4, 3], inputs: [0, expect.any(Number)] });
  });

  it('computes a cheap node where it is read, and one that a product reads by itself', () => {
    const b = createBuilder('square');
    const x = b.input('x', [4, 4]);
    const square = b.mul(x, x);
    b.output('a', b.neg(square));
    b.output('b', b.abs(square));
    expect(groupNodes(boundProgram(b.build()), 7)).toHaveLength(2);
    b.output('product', b.matmul(square, x));
    expect(groupNodes(boundProgram(b.build()), 7)).toHaveLength(4);
  });

  it('keeps to order, to the limit of inputs, and what is done once a run out of iterations', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(30), fc.nat(30)), { maxLength: 40 }), (steps) => {
        const b = createBuilder('random');
        const roles = ['shared', 'iteration'] as const;
        const values = [0, 1, 2, 3].map((i) => b.input(`x${i}`, i < 2 ? [3, 3] : [3], roles[i % 2]));
        steps.forEach(([kind, first, second], i) => {
          const [x, y] = [values[first % values.length], values[second % values.length]];
          if (kind === 0 && x.shape.length === 2 && y.shape.length === 2) values.push(b.matmul(x, y));
          else if (kind === 1) values.push(b.exp(x));
          else if (kind === 2) b.output(`y${i}`, x);
          else values.push(kind % 2 ? b.add(x, y) : b.mul(x, 2));
        });
        b.output('last', values[values.length - 1]);
        const program = b.build();
        const shared = invariantNodes(program);
        const pieces = groupNodes(boundProgram(program), 4);
        evaluate(boundProgram(program), pieces);
        for (const piece of pieces) {
          if (typeof piece === 'number') continue;
          expect(piece.inputs.length).toBeLessThanOrEqual(4);
          expect(new Set(piece.nodes.map((id) => shared[id])).size).toBe(1);
          expect(piece.nodes.every((id) => isElementwise(program.nodes[id].op))).toBe(true);
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
