import type { Builder, Value } from './builder.js';
import type { NodeId, Program, Shape } from './program.js';
import { rewrite } from './rewrite.js';

/**
 * The same program without transpose flags on its matrix products, or without them on right operands only. A transpose
 * node replaces each flag; products that read the same operand transposed share one node. For backends whose products
 * with a flag are slower than a transpose followed by a product.
 */
export function withoutTransposeFlags<S extends Shape>(program: Program<S>, of: 'both' | 'right'): Program<S> {
  const transposed = new Map<NodeId, Value>();
  const transpose = (b: Builder, value: Value): Value => {
    const known = transposed.get(value.id);
    if (known) return known;
    const permutation = value.shape.map((_, axis) => axis);
    permutation.push(...permutation.splice(-2).reverse());
    const made = b.transpose(value, permutation);
    const { label } = b.node(value);
    if (label) b.label(made, label);
    transposed.set(value.id, made);
    return made;
  };
  return rewrite(program, (b, node, [left, right]) => {
    if (node.op !== 'matmul') return undefined;
    const turnsLeft = node.transposeA && of === 'both';
    if (!turnsLeft && !node.transposeB) return undefined;
    return b.matmul(turnsLeft ? transpose(b, left) : left, node.transposeB ? transpose(b, right) : right, {
      transposeA: node.transposeA && !turnsLeft,
    });
  });
}
