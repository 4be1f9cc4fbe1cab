import { type BoundNode, type NodeId, numberOf } from '@vardrop/core/program';
import { storeFour } from '../write/storeFour.js';
import { createVectorWriter } from '../write/vectorWriter.js';
import type { Local } from '../write/wasmWriter.js';
import { initialValue, isReduction, type LoopWriting, type Reduction } from './loopWriting.js';
import { bounded, type VectorOp, vectorOps } from './vectorMath.js';

/**
 * Four of the elements that a turn of the loop computes: their values, and their distance from the turn's first
 * element.
 */
interface Part {
  readonly values: Map<NodeId, Local>;
  /** In bytes. */
  readonly behind: number;
  /** Whether it is the end of a row, with fewer than four elements. */
  readonly isRest: boolean;
}

/**
 * Computes `vectors` vectors of four elements, from `offset` bytes into the row on. Two vectors are written node by
 * node, so that the processor can work on the second while it waits for the first.
 */
export function writeTurn(writing: LoopWriting, isRest: boolean, vectors: 1 | 2 = 1): void {
  const { nodes, group, numbers } = writing;
  const parts = Array.from({ length: vectors }, (_, i): Part => ({ values: new Map(numbers), behind: 16 * i, isRest }));
  for (const id of group.nodes) for (const part of parts) compute(writing, id, part);
  group.results.forEach((id, i) => {
    if (isReduction(nodes[id])) return;
    for (const part of parts) write(writing, group.operands.length + i, part.values.get(id) as Local, part);
  });
}

function address({ w, bases, offset }: LoopWriting, tensor: number): void {
  w.get(bases[tensor]);
  w.get(offset);
  w.plain('i32Add');
}

function write(writing: LoopWriting, tensor: number, value: Local, { behind, isRest }: Part): void {
  storeFour(writing.w, () => address(writing, tensor), value, isRest ? writing.rest : undefined, behind);
}

/** The variable that holds a node's value. Loads the value if it is not known yet. */
function register(writing: LoopWriting, id: NodeId, { values, behind }: Part): Local {
  const known = values.get(id);
  if (known !== undefined) return known;
  const { w, group, splats } = writing;
  const tensor = group.operands.indexOf(id);
  let local = splats[tensor];
  if (local === undefined) {
    local = w.v128();
    address(writing, tensor);
    w.load(behind);
    w.set(local);
  }
  values.set(id, local);
  return local;
}

function compute(writing: LoopWriting, id: NodeId, part: Part): void {
  const { w, nodes, reductions } = writing;
  const node = nodes[id];
  const operands = node.operands.map((operand) => register(writing, operand, part));
  if (node.op === 'broadcast') {
    part.values.set(id, operands[0]);
    return;
  }
  if (isReduction(node)) {
    reduce(writing, reductions.find((each) => each.node === node) as Reduction, operands[0], part);
    return;
  }
  const result = w.v128();
  const vector = createVectorWriter(w);
  const values = operands.map((local) => () => w.get(local));
  if ((node.op === 'max' || node.op === 'min') && isBound(nodes[node.operands[1]])) {
    bounded(vector, node.op, values[0], values[1])();
  } else {
    const operation: (v: typeof vector, ...of: typeof values) => () => void = vectorOps[node.op as VectorOp];
    operation(vector, ...values)();
  }
  w.set(result);
  part.values.set(id, result);
}

/**
 * Whether a maximum with a node needs only one instruction. Not for 0: the larger of 0 and −0 is 0, and only the
 * general instruction knows that.
 */
function isBound(node: BoundNode): boolean {
  const number = Math.fround(numberOf(node) ?? Number.NaN);
  return !Number.isNaN(number) && number !== 0;
}

function reduce(
  writing: LoopWriting,
  { node, tensor, sums, outerAxes, going }: Reduction,
  value: Local,
  part: Part,
): void {
  const { w, mask } = writing;
  const opcode = node.op === 'reduceSum' ? 'add' : 'max';
  /** Puts the start value where the mask is 0. */
  const select = (pushMask: () => void) => {
    if (node.op === 'reduceMax') w.floats(initialValue.reduceMax);
    pushMask();
    w.simd(node.op === 'reduceMax' ? 'bitselect' : 'and');
  };
  if (sums === undefined) {
    if (outerAxes.length === 0) {
      write(writing, tensor, value, part);
      return;
    }
    const next = w.v128();
    address(writing, tensor);
    w.load(part.behind);
    select(() => {
      w.get(going);
      w.simd('i32x4Splat');
    });
    w.get(value);
    w.simd(opcode);
    w.set(next);
    write(writing, tensor, next, part);
    return;
  }
  const sum = sums[part.behind === 0 ? 0 : 1];
  w.get(sum);
  w.get(value);
  if (part.isRest) select(() => w.get(mask));
  w.simd(opcode);
  w.set(sum);
}
