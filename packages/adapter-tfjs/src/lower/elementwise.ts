import type { TensorInfo } from '@tensorflow/tfjs';
import {
  type BinaryOp,
  type BoundNode,
  type BoundShape,
  type NodeOf,
  type NodeShapes,
  sameShape,
  type UnaryOp,
} from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering } from '../device/lowering.js';
import { broadcast } from '../device/shape.js';

/** tfjs's kernels for the elementwise functions that it supports. */
const kernels = {
  neg: 'Neg',
  abs: 'Abs',
  sqrt: 'Sqrt',
  exp: 'Exp',
  log: 'Log',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  floor: 'Floor',
  round: 'Round',
  cos: 'Cos',
  erf: 'Erf',
  add: 'Add',
  sub: 'Sub',
  mul: 'Multiply',
  div: 'RealDiv',
  max: 'Maximum',
  min: 'Minimum',
} as const satisfies Readonly<Record<Exclude<UnaryOp | BinaryOp, 'softplus'>, string>>;

type FunctionNode = NodeOf<UnaryOp | BinaryOp, BoundShape>;

/** Whether a node is an elementwise function of one or two operands. */
export const isFunction = (node: BoundNode): node is FunctionNode => node.op in kernels || node.op === 'softplus';

/** An elementwise function: of one operand, among those in `supports.functions`, or of two operands, broadcast. */
export function elementwise(device: Device, { op }: FunctionNode, shapes: NodeShapes): Lowering {
  if (op === 'softplus') return ([x]) => device.scoped(() => softplus(device, x));
  const kernel = kernels[op];
  if (shapes.operands.length === 1) return ([x]) => device.call(kernel, { x });
  if (isDirect(device, shapes)) return ([a, b]) => device.call(kernel, { a, b });
  return ([a, b]) =>
    device.scoped(() =>
      device.call(kernel, { a: broadcast(device, a, shapes.out), b: broadcast(device, b, shapes.out) }),
    );
}

/** max(x, 0) + log(1 + e^−|x|). Only for cpu, which rounds each result once. Log1p on wasm computes the sum 1 + x. */
function softplus(device: Device, x: TensorInfo): TensorInfo {
  const decay = device.call('Exp', { x: device.call('Neg', { x: device.call('Abs', { x }) }) });
  return device.call('Add', { a: device.call('Relu', { x }), b: device.call('Log1p', { x: decay }) });
}

/** `a > b ? x : y`, broadcast. */
export function selectGreater(device: Device, shapes: NodeShapes): Lowering {
  return ([a, b, x, y]) =>
    device.scoped(() => {
      const to = (operand: typeof a) => broadcast(device, operand, shapes.out);
      const condition = device.call('Greater', { a: to(a), b: to(b) });
      return device.call('Select', { condition, t: to(x), e: to(y) });
    });
}

/**
 * Whether tfjs broadcasts these shapes correctly. The cpu backend always does. The wasm backend repeats the smaller
 * operand over the larger in memory order, so only a scalar is safe. Other shapes are expanded first.
 */
function isDirect(device: Device, { out, operands }: NodeShapes): boolean {
  if (device.name === 'cpu') return true;
  return operands.every(
    (shape) => sameShape(shape, out) || (shape.length <= out.length && shape.every((n) => n === 1)),
  );
}
