import {
  type BoundProgram,
  findUsers,
  invariantNodes,
  type NodeId,
  type OperationCost,
  operationClass,
  operationCost,
  sameShape,
} from '@vardrop/core/program';
import { type ElementwiseGroup, isElementwise, isLiteral } from './elementwise.js';

/** A node that tfjs computes, or elementwise nodes for one launch. */
export type Piece = NodeId | ElementwiseGroup;

/** The most nodes in the source of one launch. */
const mostNodes = 64;
/** The most launches that may each compute a node again. A node with more readers gets a launch of its own. */
const mostCopies: Readonly<Record<OperationCost, number>> = { cheap: 6, expensive: 3 };

/**
 * Cuts a program into launches, in an order in which they can be computed. tfjs's programs write one tensor. An
 * elementwise node therefore joins all launches that read it, if they are few: on a graphics card, arithmetic costs
 * less than a launch or a pass over memory. Nodes that are computed once per run stay out of the launches of each
 * iteration. Expensive functions stay out of launches over more elements than they have.
 *
 * @param mostInputs how many tensors a launch may read
 */
export function groupNodes(program: BoundProgram, mostInputs: number): Piece[] {
  const { nodes } = program;
  const shared = invariantNodes(program);
  const outputs = new Set(Object.values(program.outputs));
  const readers = findUsers(program);
  /** For each node, its launches. A launch is identified by its last node, the one that it writes. */
  const launchesOf = new Map<NodeId, readonly NodeId[]>();
  const members = new Map<NodeId, NodeId[]>();

  for (let id = nodes.length - 1; id >= 0; id--) {
    if (!isElementwise(nodes[id].op)) continue;
    const cost = operationCost[nodes[id].op] ?? 'expensive';
    const launches = [...new Set(readers[id].flatMap((reader) => launchesOf.get(reader) ?? []))];
    const takes = (last: NodeId) => {
      const group = members.get(last) as NodeId[];
      return (
        shared[id] === shared[last] &&
        (cost === 'cheap' || sameShape(nodes[id].shape, nodes[last].shape)) &&
        group.length < mostNodes &&
        inputsOf(program, [id, ...group]).length <= mostInputs
      );
    };
    const joins =
      !outputs.has(id) &&
      readers[id].every((reader) => isElementwise(nodes[reader].op)) &&
      launches.length > 0 &&
      launches.length <= mostCopies[cost] &&
      launches.every(takes);
    launchesOf.set(id, joins ? launches : [id]);
    if (joins) for (const last of launches) members.get(last)?.unshift(id);
    else members.set(id, [id]);
  }

  return nodes.flatMap((node, id): Piece[] => {
    if (operationClass[node.op] === 'source') return [];
    if (!isElementwise(node.op)) return [id];
    const group = members.get(id);
    if (!group) return [];
    return [{ shape: node.shape, nodes: group, inputs: inputsOf(program, group), output: id }];
  });
}

function inputsOf({ nodes }: BoundProgram, group: readonly NodeId[]): NodeId[] {
  const own = new Set(group);
  const operands = new Set(group.flatMap((id) => nodes[id].operands));
  return [...operands].filter((id) => !own.has(id) && !isLiteral(nodes[id]));
}
