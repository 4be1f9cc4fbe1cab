import { invariantNodes } from './invariantNodes.js';
import type { BoundProgram, BoundShape, NodeId, Program, ProgramNode } from './program.js';
import { elementCount } from './shapes.js';

/** A program in two parts: one with everything that is the same in all iterations of a run, and one with the rest. */
export interface SplitProgram {
  /** Computes the values that `each` takes as inputs of role `shared`, by name. Absent where it would save little. */
  readonly once?: BoundProgram;
  /** Takes the outputs of `once` beside the program's own inputs, and computes the outputs of the program. */
  readonly each: BoundProgram;
}

/**
 * The least number of elements computed once, instead of in each iteration, that justifies the call of a second
 * program.
 */
const worthwhile = 4096;

/**
 * Splits a bound program into one part that depends only on shared inputs and constants, and one part that changes from
 * iteration to iteration. For backends that compute a program as a whole: prediction then computes σ² = exp(log σ²) of
 * all weights once for all its samples. Each part has only the inputs that it uses.
 */
export function splitInvariant(program: BoundProgram): SplitProgram {
  const { nodes, outputs } = program;
  const shared = invariantNodes(program);
  const computed = (id: NodeId) => shared[id] && nodes[id].op !== 'input' && nodes[id].op !== 'constant';
  const saved = nodes.reduce((sum, node, id) => (computed(id) ? sum + elementCount(node.shape) : sum), 0);
  if (saved < worthwhile) return { each: program };

  const handed = new Set(Object.values(outputs).filter(computed));
  nodes.forEach((node, id) => {
    if (shared[id]) return;
    for (const operand of node.operands) if (computed(operand)) handed.add(operand);
  });
  const nameOf = (id: NodeId) => `once:${id}`;
  return {
    once: select(program, [...handed], Object.fromEntries([...handed].map((id) => [nameOf(id), id])), new Map()),
    each: select(program, Object.values(outputs), outputs, new Map([...handed].map((id) => [id, nameOf(id)] as const))),
  };
}

/** The part of the program that `roots` need. The nodes in `given` become inputs of role `shared`. */
function select(
  program: BoundProgram,
  roots: readonly NodeId[],
  outputs: Program['outputs'],
  given: ReadonlyMap<NodeId, string>,
): BoundProgram {
  const wanted = new Set(roots);
  for (let id = program.nodes.length - 1; id >= 0; id--) {
    if (wanted.has(id) && !given.has(id)) for (const operand of program.nodes[id].operands) wanted.add(operand);
  }
  const renumbered = new Map<NodeId, NodeId>();
  const nodes: ProgramNode<BoundShape>[] = [];
  program.nodes.forEach((node, id) => {
    if (!wanted.has(id)) return;
    const name = given.get(id);
    renumbered.set(id, nodes.length);
    nodes.push(
      name === undefined
        ? { ...node, operands: node.operands.map((operand) => renumbered.get(operand) as NodeId) }
        : { op: 'input', name, role: 'shared', operands: [], shape: node.shape, label: node.label },
    );
  });
  return {
    name: program.name,
    nodes,
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, id]) => [name, renumbered.get(id) as NodeId])),
  };
}
