import type { Backend } from '@vardrop/core';
import type { Supports } from '@vardrop/core/backend';
import {
  type BoundNode,
  type BoundProgram,
  type BoundShape,
  type NodeId,
  operationClass,
  print,
} from '@vardrop/core/program';
import { errorBound, evaluateNode, magnitude, meaningful, withinBound } from '@vardrop/core/reference';
import { execute, type ProgramData, prepare, referenceSources } from './execute.js';
import type { Ledger } from './ledger.js';

/**
 * Runs a bound program on a backend with every node as an output. Compares each node with the float64 value of its
 * operation on the values that the backend itself computed for its operands. Errors therefore do not add up from node
 * to node, and the backend's own numbers decide on which side of a kink a node lies. (A backend that computes in
 * float64 returns rounded numbers. For it, the operands are the float64 values of the reference.) Rejects at the first
 * node that exceeds the bound of its operation.
 */
export async function checkNodes(
  backend: Backend,
  source: BoundProgram,
  given: ProgramData,
  ledger: Ledger,
): Promise<void> {
  const { program: prepared, data } = prepare(backend, source, given);
  const program = withNodeOutputs(prepared);
  compareNodes(backend.supports, program, data, await execute(backend, program, data), ledger);
}

/** The same program with each node as an output, named by `nodeOutput`. Carried inputs become shared ones. */
export function withNodeOutputs(program: BoundProgram): BoundProgram {
  return {
    ...program,
    nodes: program.nodes.map((node) =>
      node.op === 'input' && node.role === 'carried' ? { ...node, role: 'shared' } : node,
    ),
    outputs: Object.fromEntries(program.nodes.map((_, id) => [nodeOutput(id), id])),
  };
}

/** Compares the value of every node of a program from `withNodeOutputs` with its operation on its operands' values. */
export function compareNodes(
  supports: Supports,
  program: BoundProgram,
  data: ProgramData,
  outputs: ReadonlyMap<string, Float32Array>,
  ledger: Ledger,
): void {
  const operands: Float64Array[] = [];
  program.nodes.forEach((node, id) => {
    const actual = outputs.get(nodeOutput(id)) as Float32Array;
    if (node.op === 'input') {
      const input = data.inputs[node.name];
      const wrong = actual.findIndex((value, i) => !Object.is(value, input[i]));
      if (wrong >= 0) throw new Error(describe(program, id, wrong, actual[wrong], input[wrong], 0));
      operands.push(Float64Array.from(input));
      return;
    }
    const values = node.operands.map((operand) => operands[operand]);
    const shapes = node.operands.map((operand) => program.nodes[operand].shape);
    const expected = evaluateNode(node, values, shapes, { ...referenceSources, keys: data.keys });
    operands.push(supports.precision === 'float64' ? expected : Float64Array.from(actual));
    // Such a backend may do anything with infinities and NaN.
    const lawless = !supports.nonFinite && values.some((each) => !each.every(Number.isFinite));
    const bounds = errorBound(node, values, shapes, expected, supports);
    // Float64 operands are not float32 numbers, so even the result of an operation that only moves them is rounded at
    // `read`.
    if (supports.precision === 'float64') {
      expected.forEach((y, i) => {
        if (Number.isFinite(y)) bounds[i] += 2 ** -24 * Math.abs(y) + 2 ** -150;
      });
    }
    const sizes = magnitude(node, values, shapes, expected);
    expected.forEach((wanted, i) => {
      const bound = lawless ? Number.POSITIVE_INFINITY : bounds[i];
      if (!withinBound(actual[i], wanted, bound)) {
        throw new Error(describe(program, id, i, actual[i], wanted, bound, values));
      }
      if (!Number.isFinite(wanted) || !Number.isFinite(actual[i])) ledger.compare(0, 0);
      else if (!meaningful(bound, sizes[i])) ledger.silent();
      else ledger.compare(Math.abs(actual[i] - wanted), bound);
    });
  });
}

/** The name of the output for a node. */
export const nodeOutput = (id: NodeId) => `node${id}`;

/** How many values of an operand are printed, from the first on. */
const printed = 12;

function describe(
  program: BoundProgram,
  id: NodeId,
  index: number,
  got: number,
  wanted: number,
  bound: number,
  operands: readonly Float64Array[] = [],
): string {
  const { op, label, shape } = program.nodes[id];
  const given = operands.map((values, i) => {
    const operand = program.nodes[id].operands[i];
    const source = sourceIndex(program.nodes[id], program.nodes[operand].shape, index);
    const at = source === undefined ? '' : ` at ${source}: ${signed(values[source])}, of`;
    const first = Array.from(values.subarray(0, printed), signed).join(', ');
    return `  %${operand}${at} [${first}${values.length > printed ? `, … ${values.length} in all]` : ']'}`;
  });
  return [
    `%${id} ${op}${label ? ` (${label})` : ''} [${shape.join(', ')}] at ${index}: got ${signed(got)}, wanted ${signed(wanted)} ± ${bound}`,
    ...given,
    print({ ...program, outputs: { result: id } }),
  ].join('\n');
}

/**
 * The index in an operand of the value that an element of an elementwise result depends on; undefined for other
 * operations.
 */
function sourceIndex({ op, shape }: BoundNode, operand: BoundShape, index: number): number | undefined {
  if (operationClass[op] !== 'elementwise') return undefined;
  let rest = index;
  let source = 0;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = operand[axis - shape.length + operand.length];
    const position = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
    if (length === undefined) continue;
    if (length > 1) source += position * stride;
    stride *= length;
  }
  return source;
}

/** A number as text, with the sign of zero. */
function signed(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}
