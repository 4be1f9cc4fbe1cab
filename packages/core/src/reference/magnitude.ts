import type { NodeOf, ProgramNode, Shape } from '../program/program.js';
import { mapElements } from './elementwise.js';
import { evaluateNode } from './evaluateNode.js';

/** A node whose elements are sums: of its operand, or of products of its two operands. */
export type SumNode = NodeOf<
  | 'reduceSum'
  | 'matmul'
  | 'conv2d'
  | 'conv2dInputGradient'
  | 'conv2dFilterGradient'
  | 'maxPool2dGradient'
  | 'averagePool2d'
  | 'averagePool2dGradient'
  | 'gatherGradient'
>;

const sums: ReadonlySet<ProgramNode['op']> = new Set<SumNode['op']>([
  'reduceSum',
  'matmul',
  'conv2d',
  'conv2dInputGradient',
  'conv2dFilterGradient',
  'maxPool2dGradient',
  'averagePool2d',
  'averagePool2dGradient',
  'gatherGradient',
]);

/** Whether a node's elements are sums of operands or of products of operands. */
export function isSum(node: ProgramNode): node is SumNode {
  return sums.has(node.op);
}

/** Whether a sum's first operand only says where the second one goes: an image with its maxima, or numbers of rows. */
export function isDirected(node: SumNode): boolean {
  return node.op === 'maxPool2dGradient' || node.op === 'gatherGradient';
}

/**
 * What the error of each element of a node's result scales with: for sums the same sum over absolute values
 * (`Σ|a||b|` of a contraction, `Σ|a|` of a sum), for everything else `|y|`. Takes what `evaluateNode` takes, and its
 * result.
 */
export function magnitude(
  node: ProgramNode,
  operands: readonly Float64Array[],
  operandShapes: readonly Shape[],
  result: Float64Array,
): Float64Array {
  if (!isSum(node)) return mapElements(result, Math.abs);
  const absolute = operands.map((values, i) => (isDirected(node) && i === 0 ? values : mapElements(values, Math.abs)));
  return evaluateNode(node, absolute, operandShapes);
}
