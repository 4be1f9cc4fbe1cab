import type { Op } from './program.js';

/**
 * What an operation does to indices, which decides how it can share a kernel:
 *
 * - `source`: has no operands and is not computed: inputs and constants.
 * - `elementwise`: element i of the result needs only element i of each operand (after broadcasting). `broadcast` is
 *   one (the identity), and so is `noise`, which needs nothing but its index.
 * - `contraction`: each element of the result is a sum of products.
 * - `reduction`: each element of the result sums or maximizes over axes.
 * - `movement`: elements change place; those that meet are added up (`gatherGradient`).
 * - `window`: pooling and its gradients.
 * - `derivative`: `withDerivative`, which speaks to `differentiate` only.
 */
export type OperationClass =
  | 'source'
  | 'elementwise'
  | 'contraction'
  | 'reduction'
  | 'movement'
  | 'window'
  | 'derivative';

/** The class of every operation; its keys are all operations there are. */
export const operationClass: Readonly<Record<Op, OperationClass>> = {
  input: 'source',
  constant: 'source',
  neg: 'elementwise',
  abs: 'elementwise',
  sqrt: 'elementwise',
  exp: 'elementwise',
  log: 'elementwise',
  sigmoid: 'elementwise',
  softplus: 'elementwise',
  tanh: 'elementwise',
  floor: 'elementwise',
  round: 'elementwise',
  cos: 'elementwise',
  erf: 'elementwise',
  add: 'elementwise',
  sub: 'elementwise',
  mul: 'elementwise',
  div: 'elementwise',
  max: 'elementwise',
  min: 'elementwise',
  selectGreater: 'elementwise',
  broadcast: 'elementwise',
  noise: 'elementwise',
  special: 'elementwise',
  reduceSum: 'reduction',
  reduceMax: 'reduction',
  matmul: 'contraction',
  conv2d: 'contraction',
  conv2dInputGradient: 'contraction',
  conv2dFilterGradient: 'contraction',
  maxPool2d: 'window',
  maxPool2dGradient: 'window',
  averagePool2d: 'window',
  averagePool2dGradient: 'window',
  reshape: 'movement',
  transpose: 'movement',
  gather: 'movement',
  concatenate: 'movement',
  slice: 'movement',
  pad: 'movement',
  gatherGradient: 'movement',
  withDerivative: 'derivative',
};
