import type { NodeOf, ProgramNode, Shape } from '../program/program.js';
import { mapElements } from './elementwise.js';
import { evaluateNode } from './evaluateNode.js';

/** A node whose elements are sums: of elements of its operand, or of products of its two operands. */
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

/**
 * Whether the first operand of a sum only decides where the elements of the second one go: an image with its maxima, or
 * row numbers.
 */
export function isDirected(node: SumNode): boolean {
  return node.op === 'maxPool2dGradient' || node.op === 'gatherGradient';
}

/**
 * The quantity that the error of each element of a node's result is proportional to. For sums it is the same sum over
 * absolute values (`Σ|a||b|` for a contraction, `Σ|a|` for a sum), for everything else `|y|`. Takes the arguments of
 * `evaluateNode`, and its result.
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
