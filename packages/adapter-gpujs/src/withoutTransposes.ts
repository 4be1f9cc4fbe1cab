import type { Node, NodeId, Program } from '@vardrop/core';

/**
 * The same program without right operands that a matrix product reads transposed: a transpose of its own takes the
 * place of each, one for all products that read it so. Neighbouring threads then read neighbouring numbers in the
 * contraction's loop. Left operands are the same for neighbours, and may lie either way.
 */
export function withoutTransposes(program: Program): Program {
  const nodes: Node[] = [];
  const moved: NodeId[] = [];
  const transposed = new Map<NodeId, NodeId>();
  const transpose = (id: NodeId): NodeId => {
    const known = transposed.get(id);
    if (known !== undefined) return known;
    const { shape, label } = nodes[id];
    const permutation = shape.map((_, axis) => axis);
    permutation.push(...permutation.splice(-2).reverse());
    const made = nodes.push({
      op: 'transpose',
      permutation,
      operands: [id],
      shape: permutation.map((axis) => shape[axis]),
      ...(label ? { label } : {}),
    });
    transposed.set(id, made - 1);
    return made - 1;
  };
  for (const node of program.nodes) {
    const operands = node.operands.map((operand) => moved[operand]);
    const next: Node =
      node.op === 'matmul' && node.transposeB
        ? { ...node, transposeB: false, operands: [operands[0], transpose(operands[1])] }
        : { ...node, operands };
    moved.push(nodes.push(next) - 1);
  }
  const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, id]) => [name, moved[id]]));
  return { name: program.name, nodes, outputs };
}
