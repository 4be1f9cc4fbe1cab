import type { BinaryOp, UnaryOp } from '../program/program.js';
import { elementCount } from '../program/shapes.js';
import { erf } from '../special/erf.js';
import { broadcastStrides, type FixedShape, gather } from './layout.js';
import { roundHalfToEven } from './roundHalfToEven.js';

/** Logistic function without overflow for large |x|. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + eˣ) without overflow, and without cancellation for very negative x. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The float64 functions behind the unary ops. */
export const unaryFunctions: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sigmoid,
  softplus,
  tanh: Math.tanh,
  floor: Math.floor,
  round: roundHalfToEven,
  cos: Math.cos,
  erf,
};

/** An operand of an elementwise op: element i of the result reads `values[i * step]`. */
interface Lane {
  readonly values: Float64Array;
  readonly step: 0 | 1;
}

/** An operand as a lane: its values as they are, a scalar, or else a copy that is repeated to the result's size. */
function lane(values: Float64Array, shape: FixedShape, result: FixedShape): Lane {
  const count = elementCount(result);
  // A shape that broadcasts to `result` and has as many elements also has the same order.
  if (values.length === count) return { values, step: 1 };
  if (values.length === 1) return { values, step: 0 };
  return { values: gather(values, result, broadcastStrides(shape, result)), step: 1 };
}

type BinaryLoop = (a: Float64Array, p: number, b: Float64Array, q: number, out: Float64Array) => void;

// One loop per operation, so that the engine compiles each to plain arithmetic without a call per element.
const binaryLoops: Readonly<Record<BinaryOp, BinaryLoop>> = {
  add(a, p, b, q, out) {
    for (let i = 0; i < out.length; i++) out[i] = a[i * p] + b[i * q];
  },
  sub(a, p, b, q, out) {
    for (let i = 0; i < out.length; i++) out[i] = a[i * p] - b[i * q];
  },
  mul(a, p, b, q, out) {
    for (let i = 0; i < out.length; i++) out[i] = a[i * p] * b[i * q];
  },
  div(a, p, b, q, out) {
    for (let i = 0; i < out.length; i++) out[i] = a[i * p] / b[i * q];
  },
  max(a, p, b, q, out) {
    for (let i = 0; i < out.length; i++) out[i] = Math.max(a[i * p], b[i * q]);
  },
  min(a, p, b, q, out) {
    for (let i = 0; i < out.length; i++) out[i] = Math.min(a[i * p], b[i * q]);
  },
};

/** Applies a function to every element. */
export function mapElements(x: Float64Array, f: (x: number) => number): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) out[i] = f(x[i]);
  return out;
}

/** A binary op with NumPy broadcasting to `result`. `max` and `min` of NaN are NaN. */
export function binary(
  op: BinaryOp,
  [a, b]: readonly Float64Array[],
  [shapeA, shapeB]: readonly FixedShape[],
  result: FixedShape,
): Float64Array {
  const out = new Float64Array(elementCount(result));
  const left = lane(a, shapeA, result);
  const right = lane(b, shapeB, result);
  binaryLoops[op](left.values, left.step, right.values, right.step, out);
  return out;
}

/** `a > b ? x : y` of the operands a, b, x, y, broadcast to `result`; y where a or b is NaN. */
export function selectGreater(
  operands: readonly Float64Array[],
  shapes: readonly FixedShape[],
  result: FixedShape,
): Float64Array {
  const out = new Float64Array(elementCount(result));
  const [a, b, x, y] = operands.map((values, i) => lane(values, shapes[i], result));
  for (let i = 0; i < out.length; i++) {
    out[i] = a.values[i * a.step] > b.values[i * b.step] ? x.values[i * x.step] : y.values[i * y.step];
  }
  return out;
}
