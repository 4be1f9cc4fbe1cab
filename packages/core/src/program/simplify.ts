import { VardropError } from '../errors.js';
import type { Builder, Value } from './builder.js';
import type { NodeId, Op, Program, ProgramNode, Shape } from './program.js';
import { rewrite } from './rewrite.js';
import { sameShape } from './shapes.js';
import { simplifyNode } from './simplifyRules.js';

/**
 * The same function with less to compute. Constants are folded. Common subexpressions are computed once. Derivative
 * annotations, neutral operations, and broadcasts that the next operation does by itself are removed. Contractions over
 * transposed operands use flags. Dead nodes (and inputs that nothing reads) are removed. Values change only by the
 * rounding of products that are grouped in another way, which may also overflow or underflow where the given ones do
 * not; the sign of a zero may change. Sums of nothing become zeros.
 * Throws `VARDROP_EMPTY` for a maximum of nothing.
 */
export function simplify<S extends Shape>(program: Program<S>): Program<S> {
  // Each pass makes new simplifications possible for the next (a folded factor, a shared operand). A few passes are
  // enough.
  let current = removeDead(program);
  for (let pass = 0; pass < 8; pass++) {
    const next = removeDead(simplifyOnce(current));
    if (next.nodes.length === current.nodes.length && equalNodes(next, current)) return next;
    current = next;
  }
  return current;
}

function simplifyOnce<S extends Shape>(program: Program<S>): Program<S> {
  const seen = new Map<string, Value>();
  /** Merges a value with an earlier one that computes the same. Inputs have names of their own, so they never merge. */
  const unique = (b: Builder, value: Value): Value => {
    const signature = signatureOf(b.node(value));
    const earlier = seen.get(signature);
    if (earlier) return earlier;
    seen.set(signature, value);
    return value;
  };
  return rewrite(program, (b, node, operands) => {
    if (node.op === 'withDerivative') return operands[0];
    const empty = replaceEmpty(b, node, operands);
    if (empty) return unique(b, empty);
    return unique(b, simplifyNode(b, node, operands) ?? b.copy(node, operands));
  });
}

const commutative: ReadonlySet<Op> = new Set(['add', 'mul', 'max', 'min']);

/** A JSON replacer. JSON alone writes infinities and NaN as null, and −0 as 0. */
function exactly(_: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
}

/** The attributes of an operation; empty for most elementwise operations. */
function attributesOf(node: ProgramNode): string {
  const { op: _, label: __, operands: ___, shape: ____, ...attributes } = node;
  return Object.keys(attributes).length === 0 ? '' : JSON.stringify(attributes, exactly);
}

function signatureOf(node: ProgramNode): string {
  const { op, operands, shape } = node;
  const ordered = commutative.has(op) ? [...operands].sort((a, b) => a - b) : operands;
  return `${op} ${ordered} [${shape}] ${attributesOf(node)}`;
}

/** Results of operations on empty operands. */
function replaceEmpty(b: Builder, node: ProgramNode, operands: readonly Value[]): Value | undefined {
  const isEmpty = (shape: readonly unknown[]) => shape.includes(0);
  if (isEmpty(node.shape) || !operands.some((operand) => isEmpty(operand.shape))) return undefined;
  if (node.op === 'reduceMax') {
    throw new VardropError(
      'VARDROP_EMPTY',
      `[${node.label ?? 'program'}] reduceMax: got an empty axis, needs at least one element. Remove the empty tensor.`,
    );
  }
  if (node.op === 'concatenate') {
    const filled = operands.filter(({ shape }) => !isEmpty(shape));
    return filled.length === 1 ? filled[0] : b.concatenate(filled, node.axis);
  }
  return b.constant(node.op === 'pad' ? node.value : 0, node.shape);
}

/** Removes the nodes that no output needs. */
function removeDead<S extends Shape>(program: Program<S>): Program<S> {
  const needed = new Set<NodeId>(Object.values(program.outputs));
  for (let id = program.nodes.length - 1; id >= 0; id--) {
    if (needed.has(id)) for (const operand of program.nodes[id].operands) needed.add(operand);
  }
  const ids = new Map<NodeId, NodeId>();
  const nodes: ProgramNode<S>[] = [];
  program.nodes.forEach((node, id) => {
    if (!needed.has(id)) return;
    ids.set(id, nodes.length);
    nodes.push({ ...node, operands: node.operands.map((operand) => ids.get(operand)!) });
  });
  const outputs = Object.fromEntries(Object.entries(program.outputs).map(([name, id]) => [name, ids.get(id)!]));
  return { ...program, nodes, outputs };
}

function equalNodes(a: Program, b: Program): boolean {
  return a.nodes.every((left, id) => {
    const right = b.nodes[id];
    return (
      left.op === right.op &&
      left.label === right.label &&
      left.operands.every((operand, i) => operand === right.operands[i]) &&
      sameShape(left.shape, right.shape) &&
      attributesOf(left) === attributesOf(right)
    );
  });
}
