import type { NodeId, Program, ProgramNode } from './program.js';

/**
 * The same program without transpose flags on its matrix products, or on their right operands only: a transpose of its own
 * takes the place of each, one for all products that read the same operand that way. For backends whose products are
 * slower with a flag than after a transpose.
 */
export function withoutTransposeFlags(program: Program, of: 'both' | 'right'): Program {
  const nodes: ProgramNode[] = [];
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
    let next: ProgramNode = { ...node, operands };
    if (next.op === 'matmul') {
      const [left, right] = operands;
      if (next.transposeA && of === 'both') next = { ...next, transposeA: false, operands: [transpose(left), right] };
      if (next.transposeB) next = { ...next, transposeB: false, operands: [next.operands[0], transpose(right)] };
    }
    moved.push(nodes.push(next) - 1);
  }
  const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, id]) => [name, moved[id]]));
  return { name: program.name, nodes, outputs };
}
