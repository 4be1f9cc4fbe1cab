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

/**
 * What an element of an elementwise operation costs: `cheap` is about one instruction, so that computing it again costs less than
 * reading it from memory; for an `expensive` one a processor waits.
 */
export type OperationCost = 'cheap' | 'expensive';

/** All operations: the class of each, and the cost of those that are elementwise. */
const operations: Readonly<Record<Op, readonly [OperationClass, OperationCost?]>> = {
  input: ['source'],
  constant: ['source'],
  neg: ['elementwise', 'cheap'],
  abs: ['elementwise', 'cheap'],
  sqrt: ['elementwise', 'expensive'],
  exp: ['elementwise', 'expensive'],
  log: ['elementwise', 'expensive'],
  sigmoid: ['elementwise', 'expensive'],
  softplus: ['elementwise', 'expensive'],
  tanh: ['elementwise', 'expensive'],
  floor: ['elementwise', 'cheap'],
  round: ['elementwise', 'cheap'],
  cos: ['elementwise', 'expensive'],
  erf: ['elementwise', 'expensive'],
  add: ['elementwise', 'cheap'],
  sub: ['elementwise', 'cheap'],
  mul: ['elementwise', 'cheap'],
  div: ['elementwise', 'expensive'],
  max: ['elementwise', 'cheap'],
  min: ['elementwise', 'cheap'],
  selectGreater: ['elementwise', 'cheap'],
  broadcast: ['elementwise', 'cheap'],
  noise: ['elementwise', 'expensive'],
  special: ['elementwise', 'expensive'],
  reduceSum: ['reduction'],
  reduceMax: ['reduction'],
  matmul: ['contraction'],
  conv2d: ['contraction'],
  conv2dInputGradient: ['contraction'],
  conv2dFilterGradient: ['contraction'],
  maxPool2d: ['window'],
  maxPool2dGradient: ['window'],
  averagePool2d: ['window'],
  averagePool2dGradient: ['window'],
  reshape: ['movement'],
  transpose: ['movement'],
  gather: ['movement'],
  concatenate: ['movement'],
  slice: ['movement'],
  pad: ['movement'],
  gatherGradient: ['movement'],
  withDerivative: ['derivative'],
};

const column = <T>(at: 0 | 1) =>
  Object.fromEntries(Object.entries(operations).map(([op, entry]) => [op, entry[at]])) as Record<Op, T>;

/** The class of every operation; its keys are all operations. */
export const operationClass: Readonly<Record<Op, OperationClass>> = column(0);

/** What an element of each elementwise operation costs; undefined for operations of other classes. */
export const operationCost: Readonly<Record<Op, OperationCost | undefined>> = column(1);
