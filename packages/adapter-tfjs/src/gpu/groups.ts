import type { NodeId, Program } from '@vardrop/core';
import { equalShapes } from '../lower/shape.js';
import { isShared, isSource } from '../plan.js';
import { type ElementwiseGroup, isElementwise, isLiteral } from './elementwise.js';

/** A node that tfjs computes, or elementwise nodes for one launch. */
export type Piece = NodeId | ElementwiseGroup;

/** The longest source that one launch gets. */
const mostNodes = 64;

/**
 * Cuts a program into launches, in an order that can be computed. tfjs's programs write one tensor, so that an
 * elementwise node joins the launch of those that read it where they all are in that one, over the same shape, done once
 * a run or once an iteration as it is.
 *
 * @param mostInputs how many tensors a launch may read
 */
export function groupNodes(program: Program, mostInputs: number): Piece[] {
  const { nodes } = program;
  const shared = isShared(program);
  const outputs = new Set(Object.values(program.outputs));
  const readers: NodeId[][] = nodes.map(() => []);
  nodes.forEach((node, id) => {
    for (const operand of new Set(node.operands)) readers[operand].push(id);
  });
  /** The last node of the launch that each node is in. */
  const launchOf = new Map<NodeId, NodeId>();
  const members = new Map<NodeId, NodeId[]>();

  for (let id = nodes.length - 1; id >= 0; id--) {
    if (!isElementwise(nodes[id].op)) continue;
    const launches = new Set(readers[id].map((reader) => launchOf.get(reader)));
    const [last] = launches;
    const group = last === undefined ? undefined : members.get(last);
    const joins =
      last !== undefined &&
      group !== undefined &&
      launches.size === 1 &&
      !outputs.has(id) &&
      shared[id] === shared[last] &&
      equalShapes(nodes[id].shape as number[], nodes[last].shape as number[]) &&
      group.length < mostNodes &&
      inputsOf(program, [id, ...group]).length <= mostInputs;
    launchOf.set(id, joins ? last : id);
    if (joins) group.unshift(id);
    else members.set(id, [id]);
  }

  return nodes.flatMap((node, id): Piece[] => {
    if (isSource(node)) return [];
    if (!isElementwise(node.op)) return [id];
    const group = members.get(id);
    if (!group) return [];
    return [{ shape: node.shape as readonly number[], nodes: group, inputs: inputsOf(program, group), output: id }];
  });
}

function inputsOf({ nodes }: Program, group: readonly NodeId[]): NodeId[] {
  const own = new Set(group);
  const operands = new Set(group.flatMap((id) => nodes[id].operands));
  return [...operands].filter((id) => !own.has(id) && !isLiteral(nodes[id]));
}
