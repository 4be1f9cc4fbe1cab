import type { BinaryOp, UnaryOp } from '@vardrop/core';
import type { ValueName } from '../model/graph.js';
import type { Emission } from './emission.js';

const unaryOps: Readonly<Record<Exclude<UnaryOp, 'sigmoid' | 'softplus'>, string>> = {
  neg: 'Neg',
  abs: 'Abs',
  sqrt: 'Sqrt',
  exp: 'Exp',
  log: 'Log',
  tanh: 'Tanh',
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
export function unary(op: UnaryOp, emission: Emission): ValueName {
  const { graph, operands, name } = emission;
  if (op === 'sigmoid') return sigmoid(emission);
  if (op === 'softplus') return graph.node('Softplus', operands, name);
  return graph.node(unaryOps[op], operands, name);
}

/** An elementwise function of two operands, broadcast. */
export function binary(op: BinaryOp, { graph, operands, name }: Emission): ValueName {
  return graph.node(binaryOps[op], operands, name);
}

/** `a > b ? x : y`. */
export function selectGreater({ graph, operands: [a, b, x, y], name }: Emission): ValueName {
  return graph.node('Where', [graph.node('Greater', [a, b], `${name}/greater`), x, y], name);
}

/**
 * `e / (1 + e)` or `1 / (1 + e)` with `e = exp(−|x|)`: the runtime's Sigmoid clamps x at ±18, so that the far tail, where
 * the result is about exp(x), is lost.
 */
function sigmoid({ graph, operands: [x], name }: Emission): ValueName {
  const one = graph.constant([1], []);
  const minusSize = graph.node('Neg', [graph.node('Abs', [x], `${name}/abs`)], `${name}/negative`);
  const e = graph.node('Exp', [minusSize], `${name}/exp`);
  const positive = graph.node('Greater', [x, graph.constant([0], [])], `${name}/positive`);
  const numerator = graph.node('Where', [positive, one, e], `${name}/numerator`);
  return graph.node('Div', [numerator, graph.node('Add', [e, one], `${name}/denominator`)], name);
}
