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

/** The longest source that one launch gets. */
const mostNodes = 64;
/** In how many launches a node may be computed anew, rather than in one of its own that they read. */
const mostCopies: Readonly<Record<OperationCost, number>> = { cheap: 6, expensive: 3 };

/**
 * Cuts a program into launches, in an order that can be computed. tfjs's programs write one tensor, so that an
 * elementwise node joins the launches of those that read it, all of them if there are few: arithmetic costs a graphics
 * card less than a launch does, and than memory. Nodes done once a run stay out of what is done in each iteration, and
 * expensive functions out of launches over more elements than they have.
 *
 * @param mostInputs how many tensors a launch may read
 */
export function groupNodes(program: BoundProgram, mostInputs: number): Piece[] {
  const { nodes } = program;
  const shared = invariantNodes(program);
  const outputs = new Set(Object.values(program.outputs));
  const readers = findUsers(program);
  /** The launches that each node is in, by their last node, the one that is written. */
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
