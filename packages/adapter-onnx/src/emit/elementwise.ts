import { type BinaryOp, elementCount, isBoundShape, type Shape, sameShape, type UnaryOp } from '@vardrop/core/program';
import type { ValueName } from '../model/graph.js';
import { dataTypes } from '../model/schema.js';
import type { Emission } from './emission.js';
import { hyperbolicTangent, logarithm } from './nearZeros.js';

const unaryOps: Readonly<Record<Exclude<UnaryOp, 'log' | 'sigmoid' | 'softplus' | 'tanh'>, string>> = {
  neg: 'Neg',
  abs: 'Abs',
  sqrt: 'Sqrt',
  exp: 'Exp',
  floor: 'Floor',
  round: 'Round',
  cos: 'Cos',
  erf: 'Erf',
};

const binaryOps: Readonly<Record<BinaryOp, string>> = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  max: 'Max',
  min: 'Min',
};

/** An elementwise function of one operand. */
export function unary(op: Exclude<UnaryOp, 'softplus'>, emission: Emission): ValueName {
  const { graph, operands, name } = emission;
  if (op === 'sigmoid') return sigmoid(emission);
  if (op === 'tanh') return tanh(emission);
  if (op === 'log') return log(operands[0], emission);
  return graph.node(unaryOps[op], operands, name);
}

/** An elementwise function of two operands, broadcast. */
export function binary(op: BinaryOp, emission: Emission): ValueName {
  return emission.graph.node(
    binaryOps[op],
    emission.operands.map((_, index) => inLongRows(index, emission)),
    emission.name,
  );
}

/** The runtime repeats an operand row by row, and shorter rows than this take several times as long as the arithmetic. */
const longRow = 256;

/**
 * An operand with one number for each channel, repeated over as many of the result's axes before it as make a long row. The first
 * axis is left to the runtime, so that the copy is small.
 */
function inLongRows(index: number, { graph, operands, shapes, name, style }: Emission): ValueName {
  const value = operands[index];
  const own = shapes.operands[index].slice(shapes.operands[index].findIndex((length) => length !== 1));
  const count = elementsOf(own);
  const { out } = shapes;
  if (style?.onGpu || count === undefined || count <= 1 || count >= longRow / 4) return value;
  if (!sameShape(own, out.slice(out.length - own.length))) return value;
  let axes = own.length;
  while (axes < out.length - 1 && Number(elementsOf(out.slice(out.length - axes))) < longRow) axes++;
  const row = out.slice(out.length - axes);
  if (axes === own.length || elementsOf(row) === undefined) return value;
  return graph.node('Expand', [value, graph.integers(row as readonly number[])], `${name}/row`);
}

/** Undefined if an axis is symbolic. */
const elementsOf = (shape: Shape): number | undefined => (isBoundShape(shape) ? elementCount(shape) : undefined);

/** `a > b ? x : y`. With x = 1 and y = 0 this is a conversion of the comparison, which costs less. */
export function selectGreater({ graph, operands: [a, b, x, y], constants, shapes, name }: Emission): ValueName {
  const greater = graph.node('Greater', [a, b], `${name}/greater`);
  const [, , whole, none] = constants ?? [];
  return whole === 1 && none === 0 && shapes.operands[2].length + shapes.operands[3].length === 0
    ? graph.node('Cast', [greater], name, { to: dataTypes.float })
    : graph.node('Where', [greater, x, y], name);
}

/**
 * `e / (1 + e)` with `e = exp(min(x, 40))`: two nodes fewer than core's chain. From 40 on it rounds to 1, and Min keeps
 * NaN. The runtime's own Sigmoid clamps x at ±18, which loses the far tail, where the result is about exp(x).
 */
function sigmoid({ graph, operands: [x], name }: Emission): ValueName {
  const e = graph.node('Exp', [graph.node('Min', [x, graph.constant([40], [])], `${name}/capped`)], `${name}/exp`);
  return graph.node('Div', [e, graph.node('Add', [e, graph.constant([1], [])], `${name}/plusOne`)], name);
}

function log(x: ValueName, emission: Pick<Emission, 'graph' | 'name' | 'style'>): ValueName {
  return emission.style?.onGpu ? logarithm(x, emission) : emission.graph.node('Log', [x], emission.name);
}

/** The runtime's Tanh, but x itself near 0, where the runtime's quotient of polynomials loses subnormal numbers. */
function tanh({ graph, operands: [x], name, style }: Emission): ValueName {
  if (style?.onGpu) return hyperbolicTangent(x, { graph, name });
  // x − x³/3 is within a sixth of a unit in the last place of x up to here.
  const near = graph.node(
    'Greater',
    [graph.constant([2 ** -12], []), graph.node('Abs', [x], `${name}/abs`)],
    `${name}/near`,
  );
  return graph.node('Where', [near, x, graph.node('Tanh', [x], `${name}/tanh`)], name);
}
