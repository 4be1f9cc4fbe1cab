import type { TensorInfo } from '@tensorflow/tfjs';
import { type BinaryOp, sameShape, type UnaryOp } from '@vardrop/core/program';
import type { Device } from '../device/device.js';
import type { Lowering, Shapes } from '../device/lowering.js';
import { broadcast } from '../device/shape.js';

const unaryKernels = {
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
} as const satisfies Readonly<Record<Exclude<UnaryOp, 'softplus' | 'erf'>, string>>;

const binaryKernels: Readonly<Record<BinaryOp, string>> = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Multiply',
  div: 'RealDiv',
  max: 'Maximum',
  min: 'Minimum',
};

/** An elementwise function of one operand, of those that `supports.functions` says. */
export function unary(device: Device, op: Exclude<UnaryOp, 'erf'>): Lowering {
  if (op === 'softplus') return ([x]) => device.scoped(() => softplus(device, x));
  return ([x]) => device.call(unaryKernels[op], { x });
}

/** max(x, 0) + log(1 + e^−|x|), on cpu, where each kernel's result is rounded once; on wasm Log1p forms the sum 1 + x. */
function softplus(device: Device, x: TensorInfo): TensorInfo {
  const decay = device.call('Exp', { x: device.call('Neg', { x: device.call('Abs', { x }) }) });
  return device.call('Add', { a: device.call('Relu', { x }), b: device.call('Log1p', { x: decay }) });
}

/** An elementwise function of two operands, broadcast. */
export function binary(device: Device, op: BinaryOp, shapes: Shapes): Lowering {
  const kernel = binaryKernels[op];
  if (isDirect(device, shapes)) return ([a, b]) => device.call(kernel, { a, b });
  return ([a, b]) =>
    device.scoped(() =>
      device.call(kernel, { a: broadcast(device, a, shapes.out), b: broadcast(device, b, shapes.out) }),
    );
}

/** `a > b ? x : y`, broadcast. */
export function selectGreater(device: Device, shapes: Shapes): Lowering {
  return ([a, b, x, y]) =>
    device.scoped(() => {
      const to = (operand: typeof a) => broadcast(device, operand, shapes.out);
      const condition = device.call('Greater', { a: to(a), b: to(b) });
      return device.call('Select', { condition, t: to(x), e: to(y) });
    });
}

/**
 * Whether tfjs broadcasts these shapes right. The cpu backend always does. The wasm backend repeats the smaller operand
 * over the larger in memory order, so only a scalar is safe; anything else is expanded first.
 */
function isDirect(device: Device, { out, operands }: Shapes): boolean {
  if (device.name === 'cpu') return true;
  return operands.every(
    (shape) => sameShape(shape, out) || (shape.length <= out.length && shape.every((n) => n === 1)),
  );
}
