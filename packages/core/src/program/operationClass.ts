import type { Op } from './program.js';

/**
 * How an operation maps indices. This decides how it can share a kernel:
 *
 * - `source`: inputs and constants. They have no operands and are not computed.
 * - `elementwise`: element i of the result needs only element i of each operand (after broadcasting). `broadcast` is
 *   elementwise (the identity), and so is `noise`, which needs only its index.
 * - `contraction`: each element of the result is a sum of products.
 * - `reduction`: each element of the result is a sum or maximum over axes.
 * - `movement`: elements change place. Elements that go to the same place are added up (`gatherGradient`).
 * - `window`: pooling and its gradients.
 * - `derivative`: `withDerivative`, which only `differentiate` uses.
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
 * The cost of one element of an elementwise operation. `cheap` is about one instruction, so that computing it again
 * costs less than reading it from memory. `expensive` takes many instructions.
 */
export type OperationCost = 'cheap' | 'expensive';

/** All operations: the class of each, and the cost of the elementwise ones. */
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

/** The class of every operation. Its keys are all operations. */
export const operationClass: Readonly<Record<Op, OperationClass>> = column(0);

/** The cost per element of each elementwise operation; undefined for operations of other classes. */
export const operationCost: Readonly<Record<Op, OperationCost | undefined>> = column(1);
