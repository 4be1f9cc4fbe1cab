import type { Node, NodeId, Program } from '@vardrop/core';

/**
 * The same program without transpose flags on its matrix products: an explicit transpose takes the place of each, one
 * for all products that read the same operand that way. On the wasm backend a product with a flag runs in a naive loop,
 * twelve times slower than transpose and product together.
 */
export function withoutTransposeFlags(program: Program): Program {
  const nodes: Node[] = [];
  const moved: NodeId[] = [];
  const transposed = new Map<NodeId, NodeId>();
  const flip = (id: NodeId): NodeId => {
    const known = transposed.get(id);
    if (known !== undefined) return known;
    const { shape, label } = nodes[id];
    const permutation = shape.map((_, axis) => axis);
    permutation.push(...permutation.splice(-2).reverse());
    const flipped = nodes.length;
    nodes.push({
      op: 'transpose',
      permutation,
      operands: [id],
      shape: permutation.map((axis) => shape[axis]),
      ...(label ? { label } : {}),
    });
    transposed.set(id, flipped);
    return flipped;
  };
  program.nodes.forEach((node, id) => {
    let operands = node.operands.map((operand) => moved[operand]);
    let next: Node = { ...node, operands };
    if (node.op === 'matmul' && (node.transposeA || node.transposeB)) {
      operands = [node.transposeA ? flip(operands[0]) : operands[0], node.transposeB ? flip(operands[1]) : operands[1]];
      next = { ...node, transposeA: false, transposeB: false, operands };
    }
    moved[id] = nodes.length;
    nodes.push(next);
  });
  const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, id]) => [name, moved[id]]));
  return { name: program.name, nodes, outputs };
}
