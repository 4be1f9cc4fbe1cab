import {
  type BoundNode,
  type BoundShape,
  elementCount,
  type NodeId,
  type NodeOf,
  numberOf,
  operationCost,
} from '@vardrop/core/program';
import { createFunction, type FunctionWriter, type Local } from '../write/wasmWriter.js';
import { type CutLoop, cutLoop } from './cutLoop.js';
import type { Group } from './groups.js';
import { broadcastSteps, collapse, reducedSteps } from './loop.js';

/** Elements of a cache line. Partial results of two tasks share none. */
const lineLength = 16;

/** About the time of each vector operation or access for one element, in units of 0.1 nanoseconds. */
const costs = { cheap: 1, expensive: 12, tensor: 3 } as const;

/** The start value of a reduction. */
export const initialValue = { reduceSum: 0, reduceMax: Number.NEGATIVE_INFINITY } as const;

/** A reduction of the group, while its loop is being written. */
export interface Reduction {
  readonly node: ReductionNode;
  /** Index of its result among the tensors. */
  readonly tensor: number;
  /**
   * Sums or maxima along the innermost axis, if that axis is reduced: one for each vector of a turn, so that an addition
   * seldom waits for another.
   */
  readonly sums?: readonly [Local, Local];
  /**
   * The outer axes that it reduces. In the first turn of all of them nothing has been added up, and its result holds no
   * numbers yet.
   */
  readonly outerAxes: readonly number[];
  /** If there are such axes: 0 in the first turn of all, else all bits. */
  readonly going: Local;
  /** Where tasks leave their partial results, if it reduces the axis that is cut into tasks. */
  readonly partial?: PartialResults;
}

/** Partial results in the scratch memory, one for each task. */
export interface PartialResults {
  /** Elements of the scratch memory before the first one. */
  readonly offset: number;
  /** Elements from one to the next. */
  readonly stride: number;
  /** Elements of the result. */
  readonly size: number;
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
  readonly loop: CutLoop;
  /** By tensor: the address of what the task reads or writes of it. A parameter, but for partial results. */
  readonly origins: readonly Local[];
  /** The constant numbers that nodes read. */
  readonly numbers: ReadonlyMap<NodeId, Local>;
  /** By tensor: the address of its row. */
  readonly bases: readonly Local[];
  /** By tensor: a vector with four times its value, for an operand with one element per row. */
  readonly splats: readonly (Local | undefined)[];
  readonly reductions: readonly Reduction[];
  /** Elements of scratch memory; 0 if there are no partial results. */
  readonly scratch: number;
  /** The position of the turn within the row, in bytes. */
  readonly offset: Local;
  /** The number of elements left at the end of a row, if fewer than four, and a mask of them. */
  readonly rest: Local;
  readonly mask: Local;
}

/** Starts the function that computes a group, with its loop nest and variables. */
export function startLoop(nodes: readonly BoundNode[], group: Group): LoopWriting {
  const tensors = [...group.operands, ...group.results];
  const firstResult = group.operands.length;
  const reduced = group.results.flatMap((id, i) => {
    const node = nodes[id];
    return isReduction(node) ? [{ node, tensor: firstResult + i }] : [];
  });
  const loop = nestOf(
    nodes,
    group,
    reduced.map(({ tensor }) => tensor),
  );
  const partials = placePartials(loop, reduced);
  const last = partials[partials.length - 1];
  const scratch = last === undefined ? 0 : last.offset + last.stride * loop.tasks;
  const w = createFunction(tensors.length + (scratch > 0 ? 1 : 0));
  /** Whether a tensor has one element for a whole row. */
  const isFixed = (tensor: number) => loop.steps[tensor][loop.lengths.length - 1] === 0;
  const reductions = reduced.map(({ node, tensor }): Reduction => {
    const partial = partials.find((each) => each.tensor === tensor);
    return {
      node,
      tensor,
      ...(isFixed(tensor) ? { sums: [w.v128(), w.v128()] } : {}),
      outerAxes: loop.steps[tensor]
        .slice(0, -1)
        .flatMap((step, axis) => (step === 0 && !(axis === 0 && loop.turns === 1) ? [axis] : [])),
      going: w.i32(),
      ...(partial === undefined ? {} : { partial }),
    };
  });
  return {
    w,
    nodes,
    group,
    loop,
    numbers: loadNumbers(w, nodes, group),
    origins: tensors.map((_, tensor) => (partials.some((each) => each.tensor === tensor) ? w.i32() : tensor)),
    bases: tensors.map(() => w.i32()),
    splats: tensors.map((_, tensor) => (tensor < firstResult && isFixed(tensor) ? w.v128() : undefined)),
    reductions,
    scratch,
    offset: w.i32(),
    rest: w.i32(),
    mask: w.v128(),
  };
}

/** The loop nest of a group, cut into tasks. */
function nestOf(nodes: readonly BoundNode[], group: Group, reductions: readonly number[]): CutLoop {
  const tensors = [...group.operands, ...group.results];
  const steps = tensors.map((id, tensor) => {
    const node = nodes[id];
    return tensor >= group.operands.length && isReduction(node)
      ? reducedSteps(group.shape, node.axes)
      : broadcastSteps(node.shape, group.shape);
  });
  const cost = group.nodes.reduce(
    (sum, id) => sum + (operationCost[nodes[id].op] === 'expensive' ? costs.expensive : costs.cheap),
    costs.tensor * tensors.length,
  );
  return cutLoop(collapse(group.shape, steps), { cost, reductions });
}

/** The partial results of the reductions that reduce the axis of tasks. */
function placePartials(
  loop: CutLoop,
  reduced: readonly { readonly node: ReductionNode; readonly tensor: number }[],
): (PartialResults & { readonly tensor: number })[] {
  let offset = 0;
  return reduced.flatMap(({ node, tensor }) => {
    if (loop.tasks === 1 || loop.steps[tensor][0] !== 0) return [];
    const size = elementCount(node.shape);
    const stride = Math.ceil(size / lineLength) * lineLength;
    offset += stride * loop.tasks;
    return [{ tensor, offset: offset - stride * loop.tasks, stride, size }];
  });
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
