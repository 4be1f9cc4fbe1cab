import type { TensorInfo } from '@tensorflow/tfjs';
import { type BinaryOp, elementCount, type UnaryOp } from '@vardrop/core/program';
import type { Device } from '../device.js';
import type { Lowering, Shapes } from './lowering.js';
import { broadcast, equalShapes } from './shape.js';

const unaryKernels = {
  neg: 'Neg',
  abs: 'Abs',
  sqrt: 'Sqrt',
  exp: 'Exp',
  log: 'Log',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
} as const satisfies Readonly<Record<Exclude<UnaryOp, 'softplus'>, string>>;

const binaryKernels: Readonly<Record<BinaryOp, string>> = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Multiply',
  div: 'RealDiv',
  max: 'Maximum',
  min: 'Minimum',
};

/** An elementwise function of one operand. */
export function unary(device: Device, op: UnaryOp): Lowering {
  // tfjs's Softplus is log(1 + e^x) in float32, which loses all digits for x below −14, and so does Log1p on wasm.
  if (op === 'softplus') return ([x]) => device.scoped(() => softplus(device, x));
  // XNNPACK's sigmoid is 0 below −87.
  if (op === 'sigmoid' && device.name !== 'cpu') return ([x]) => device.scoped(() => sigmoid(device, x));
  const kernel = unaryKernels[op];
  return ([x]) => device.call(kernel, { x });
}

/** e^−|x|, which cannot overflow. */
const decay = (device: Device, x: TensorInfo) =>
  device.call('Exp', { x: device.call('Neg', { x: device.call('Abs', { x }) }) });

const filled = (device: Device, x: TensorInfo, value: number) =>
  device.create(new Float32Array(elementCount(x.shape)).fill(value), x.shape);

/** max(x, 0) + log(1 + u) with u = e^−|x|; what w = 1 + u rounds away comes back as (u − (w − 1)) / w. */
function softplus(device: Device, x: TensorInfo): TensorInfo {
  const one = filled(device, x, 1);
  const u = decay(device, x);
  const whole = device.call('Add', { a: one, b: u });
  const lost = device.call('Sub', { a: u, b: device.call('Sub', { a: whole, b: one }) });
  const tail = device.call('Add', {
    a: device.call('Log', { x: whole }),
    b: device.call('RealDiv', { a: lost, b: whole }),
  });
  return device.call('Add', { a: device.call('Relu', { x }), b: tail });
}

/** 1 / (1 + e^−x), or e^x / (1 + e^x) for negative x, which keeps all digits. */
function sigmoid(device: Device, x: TensorInfo): TensorInfo {
  const one = filled(device, x, 1);
  const e = decay(device, x);
  const condition = device.call('Greater', { a: filled(device, x, 0), b: x });
  const top = device.call('Select', { condition, t: e, e: one });
  return device.call('RealDiv', { a: top, b: device.call('Add', { a: one, b: e }) });
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
    (shape) => equalShapes(shape, out) || (shape.length <= out.length && shape.every((n) => n === 1)),
  );
}
