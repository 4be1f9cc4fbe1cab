import { type BoundNode, type BoundShape, type NodeId, type NodeOf, numberOf } from '@vardrop/core/program';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import type { Group } from './groups.js';
import { broadcastSteps, collapse, type Loop, reducedSteps } from './loop.js';

/** The start value of a reduction. */
export const initialValue = { reduceSum: 0, reduceMax: Number.NEGATIVE_INFINITY } as const;

/** A reduction of the group, while its loop is being written. */
export interface Reduction {
  readonly node: ReductionNode;
  /** Index of its result among the function's parameters. */
  readonly tensor: number;
  /** Sum or maximum along the innermost axis, if that axis is reduced. */
  readonly sum?: Local;
}

type ReductionNode = NodeOf<'reduceSum' | 'reduceMax', BoundShape>;

/** Whether a node is a reduction over the loop's elements. */
export const isReduction = (node: BoundNode): node is ReductionNode =>
  node.op === 'reduceSum' || node.op === 'reduceMax';

/**
 * The state while a loop is being written: its function and variables. Tensors are the group's operands, then its
 * results.
 */
export interface LoopWriting {
  readonly w: FunctionWriter;
  readonly nodes: readonly BoundNode[];
  readonly group: Group;
  readonly loop: Loop;
  /** The constant numbers that nodes read. */
  readonly numbers: ReadonlyMap<NodeId, Local>;
  /** By tensor: the address of its row. */
  readonly bases: readonly Local[];
  /** By tensor: a vector with four times its value, for an operand with one element per row. */
  readonly splats: readonly (Local | undefined)[];
  readonly reductions: readonly Reduction[];
  /** The position of the turn within the row, in bytes. */
  readonly offset: Local;
  /** The number of elements left at the end of a row, if fewer than four, and a mask of them. */
  readonly rest: Local;
  readonly mask: Local;
}

/** Starts the function that computes a group, with its loop nest and variables. */
export function startLoop(nodes: readonly BoundNode[], group: Group): LoopWriting {
  const tensors = [...group.operands, ...group.results];
  const w = createFunction(tensors.length);
  const isResult = (tensor: number) => tensor >= group.operands.length;
  const steps = tensors.map((id, tensor) => {
    const node = nodes[id];
    return isResult(tensor) && isReduction(node)
      ? reducedSteps(group.shape, node.axes)
      : broadcastSteps(node.shape, group.shape);
  });
  const loop = collapse(
    group.shape,
    steps,
    group.results.some((id) => isReduction(nodes[id])),
  );
  /** Whether a tensor has one element for a whole row. */
  const isFixed = (tensor: number) => loop.steps[tensor][loop.lengths.length - 1] === 0;
  return {
    w,
    nodes,
    group,
    loop,
    numbers: loadNumbers(w, nodes, group),
    bases: tensors.map(() => w.i32()),
    splats: tensors.map((_, tensor) => (!isResult(tensor) && isFixed(tensor) ? w.v128() : undefined)),
    reductions: group.results.flatMap((id, i) => {
      const node = nodes[id];
      if (!isReduction(node)) return [];
      const tensor = group.operands.length + i;
      return [{ node, tensor, ...(isFixed(tensor) ? { sum: w.v128() } : {}) }];
    }),
    offset: w.i32(),
    rest: w.i32(),
    mask: w.v128(),
  };
}

function loadNumbers(w: FunctionWriter, nodes: readonly BoundNode[], group: Group): Map<NodeId, Local> {
  const numbers = new Map<NodeId, Local>();
  for (const operand of group.nodes.flatMap((id) => nodes[id].operands)) {
    const value = numberOf(nodes[operand]);
    if (value === undefined || numbers.has(operand)) continue;
    const local = w.v128();
    w.floats(value);
    w.set(local);
    numbers.set(operand, local);
  }
  return numbers;
}
