import type { BoundNode, BoundShape, NodeId, NodeOf } from '@vardrop/core/program';
import { broadcastStrides, stridesOf } from './threads.js';

/** How an operand of a matrix product lies in memory. */
export interface MatmulOperand {
  /** Strides of the result's leading axes, 0 where the operand is broadcast. */
  readonly batch: readonly number[];
  /** From one row of a left operand, or column of a right one, to the next. */
  readonly own: number;
  /** From one term of a sum to the next. */
  readonly along: number;
  /** Terms of a sum. */
  readonly length: number;
}

/** The left (0) or right (1) operand of a matrix product. */
export function matmulOperand(nodes: readonly BoundNode[], product: NodeId, side: 0 | 1): MatmulOperand {
  const node = nodes[product] as NodeOf<'matmul', BoundShape>;
  const shape = nodes[node.operands[side]].shape;
  const leading = node.shape.slice(0, -2);
  const [first, second] = shape.slice(-2);
  const [major, minor] = stridesOf(shape).slice(-2);
  const batch = broadcastStrides(shape.slice(0, -2), leading).map((stride) => stride * first * major);
  const transposed = side === 0 ? node.transposeA : node.transposeB;
  // A left operand has a sum's terms side by side, a right one below each other, unless they are transposed.
  return transposed === (side === 0)
    ? { batch, own: minor, along: major, length: first }
    : { batch, own: major, along: minor, length: second };
}
