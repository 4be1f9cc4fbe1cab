import type { Builder, Value } from './builder.js';
import type { NodeOf, ProgramNode, Shape } from './program.js';
import { broadcastShapes, isBoundShape, sameShape } from './shapes.js';

/**
 * One step of algebra on one node whose operands are already simple. Returns the value that may replace the node, or
 * undefined. All rules hold for infinities and NaN too, up to the sign of a zero and, where factors are regrouped, up
 * to rounding. There is one exception: where a scalar factor turns terms of a sum into infinities of one sign, taking
 * the factor out of the sum gives NaN.
 */
export function simplifyNode(b: Builder, node: ProgramNode, operands: readonly Value[]): Value | undefined {
  const folded = foldConstants(b, node, operands);
  if (folded) return folded;
  switch (node.op) {
    case 'neg':
      return simplifyNegation(b, node, operands[0]);
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
    case 'selectGreater':
      return simplifyElementwise(b, node, operands);
    case 'broadcast': {
      const [x] = operands;
      if (sameShape(x.shape, node.shape)) return x;
      const source = b.node(x);
      if (source.op === 'broadcast') return b.broadcast(valueAt(b, source.operands[0]), node.shape);
      if (source.op === 'constant' && typeof source.value === 'number') return b.constant(source.value, node.shape);
      return undefined;
    }
    case 'reshape': {
      const [x] = operands;
      if (sameShape(x.shape, node.shape)) return x;
      const source = b.node(x);
      if (source.op === 'constant') return b.constant(source.value, node.shape);
      if (source.op === 'broadcast' && b.node(source.operands[0]).shape.length === 0) {
        return b.broadcast(valueAt(b, source.operands[0]), node.shape);
      }
      return source.op === 'reshape' ? b.reshape(valueAt(b, source.operands[0]), node.shape) : undefined;
    }
    case 'transpose': {
      const [x] = operands;
      if (node.permutation.every((axis, i) => axis === i)) return x;
      const source = b.node(x);
      if (source.op !== 'transpose') return undefined;
      return b.transpose(
        valueAt(b, source.operands[0]),
        node.permutation.map((axis) => source.permutation[axis]),
      );
    }
    case 'reduceSum':
      return simplifySum(b, node, operands[0]);
    case 'reduceMax':
      return node.axes.every((axis) => operands[0].shape[axis] === 1) ? b.reshape(operands[0], node.shape) : undefined;
    case 'matmul':
      return simplifyMatmul(b, node, operands);
    case 'concatenate':
      return operands.length === 1 ? operands[0] : undefined;
    case 'slice':
      return simplifySlice(b, node, operands[0]);
    case 'pad': {
      const [x] = operands;
      if (sameShape(x.shape, node.shape)) return x;
      return uniformConstant(b, x) === node.value ? b.constant(node.value, node.shape) : undefined;
    }
    default:
      return undefined;
  }
}

function valueAt(b: Builder, id: number): Value {
  return { id, shape: b.node(id).shape };
}

/** The number that a constant repeats over its shape; undefined for other values. */
function uniformConstant(b: Builder, value: Value): number | undefined {
  const node = b.node(value);
  return node.op === 'constant' && typeof node.value === 'number' ? node.value : undefined;
}

function foldConstants(b: Builder, node: ProgramNode, operands: readonly Value[]): Value | undefined {
  if (operands.length === 0) return undefined;
  const values = operands.map((operand) => uniformConstant(b, operand));
  if (values.some((value) => value === undefined)) return undefined;
  // What jumps is decided by the numbers that a backend has.
  const [x, y, p, q] =
    node.op === 'floor' || node.op === 'selectGreater' ? (values as number[]).map(Math.fround) : (values as number[]);
  const result = evaluate(node, x, y, p, q);
  // A constant beyond float32 would become an infinity or a zero, which the separate operands are not.
  return result === undefined || !fitsFloat32(result) ? undefined : b.constant(result, node.shape);
}

function evaluate(node: ProgramNode, x: number, y: number, p: number, q: number): number | undefined {
  switch (node.op) {
    case 'neg':
      return -x;
    case 'abs':
      return Math.abs(x);
    case 'sqrt':
      return Math.sqrt(x);
    case 'exp':
      return Math.exp(x);
    case 'log':
      return Math.log(x);
    case 'floor':
      return Math.floor(x);
    case 'slice':
      return x;
    case 'add':
      return x + y;
    case 'sub':
      return x - y;
    case 'mul':
      return x * y;
    case 'div':
      return x / y;
    case 'max':
      return Math.max(x, y);
    case 'min':
      return Math.min(x, y);
    case 'selectGreater':
      return x > y ? p : q;
    default:
      return undefined;
  }
}

/** Whether a number is zero or a normal float32. */
function fitsFloat32(x: number): boolean {
  return x === 0 || (Math.abs(x) >= 2 ** -126 && Math.abs(x) < 2 ** 127);
}

function simplifyNegation(b: Builder, node: ProgramNode, x: Value): Value | undefined {
  const source = b.node(x);
  if (source.op === 'neg') return valueAt(b, source.operands[0]);
  if (source.op === 'sub' && sameShape(source.shape, node.shape)) {
    return b.sub(valueAt(b, source.operands[1]), valueAt(b, source.operands[0]));
  }
  if (source.op === 'broadcast') return b.broadcast(b.neg(valueAt(b, source.operands[0])), node.shape);
  if (source.op !== 'mul') return undefined;
  // Negate the cheapest factor.
  const [left, right] = source.operands.map((id) => valueAt(b, id));
  const isScalar = (value: Value) =>
    value.shape.length === 0 && (node.shape.length > 0 || uniformConstant(b, value) !== undefined);
  if (isScalar(right)) return b.mul(left, b.neg(right));
  return isScalar(left) ? b.mul(b.neg(left), right) : undefined;
}

/** Reads `x` as a constant scalar factor times the rest. */
function scaledBy(b: Builder, x: Value): { factor: number; rest: Value } | undefined {
  const node = b.node(x);
  if (node.op !== 'mul') return undefined;
  const [left, right] = node.operands.map((id) => valueAt(b, id));
  const factor = uniformConstant(b, right);
  if (factor !== undefined && right.shape.length === 0) return { factor, rest: left };
  const other = uniformConstant(b, left);
  return other !== undefined && left.shape.length === 0 ? { factor: other, rest: right } : undefined;
}

function simplifyElementwise(b: Builder, node: ProgramNode, operands: readonly Value[]): Value | undefined {
  const bare = dropBroadcasts(b, node, operands);
  if (bare) return bare;
  if (node.op === 'max' || node.op === 'min' || node.op === 'selectGreater') return undefined;
  const [x, y] = operands;
  const keeps = (value: Value) => sameShape(value.shape, node.shape);
  const left = uniformConstant(b, x);
  const right = uniformConstant(b, y);
  const negated = (value: Value) => {
    const source = b.node(value);
    return source.op === 'neg' ? valueAt(b, source.operands[0]) : undefined;
  };
  const minusX = negated(x);
  const minusY = negated(y);
  switch (node.op) {
    case 'add':
      if (minusY) return b.sub(x, minusY);
      if (minusX) return b.sub(y, minusX);
      if (right === 0 && keeps(x)) return x;
      if (left === 0 && keeps(y)) return y;
      return undefined;
    case 'sub':
      if (right === 0 && keeps(x)) return x;
      if (minusY) return b.add(x, minusY);
      return undefined;
    case 'mul': {
      if (right === 1 && keeps(x)) return x;
      if (left === 1 && keeps(y)) return y;
      if (right === -1 && keeps(x)) return b.neg(x);
      if (left === -1 && keeps(y)) return b.neg(y);
      if (minusX && minusY) return b.mul(minusX, minusY);
      return gatherScalars(b, x, y);
    }
    case 'div':
      if (right === 1 && keeps(x)) return x;
      // Division by a power of two is the same as multiplication, without an extra rounding.
      if (
        right !== undefined &&
        right !== 0 &&
        Number.isInteger(Math.log2(Math.abs(right))) &&
        fitsFloat32(1 / right)
      ) {
        return b.mul(x, b.constant(1 / right, y.shape));
      }
      return undefined;
    default:
      return undefined;
  }
}

/**
 * Moves scalar factors out of a product, so that they can be combined: multiplying scalars is cheaper than multiplying
 * tensors. `s(tX) → (st)X` and `(sX)Y → s(XY)`.
 */
function gatherScalars(b: Builder, x: Value, y: Value): Value | undefined {
  const split = (value: Value) => {
    const node = b.node(value);
    if (node.op !== 'mul' || node.shape.length === 0) return undefined;
    const [left, right] = node.operands.map((id) => valueAt(b, id));
    if (left.shape.length === 0) return { scalar: left, rest: right };
    return right.shape.length === 0 ? { scalar: right, rest: left } : undefined;
  };
  for (const [first, second] of [
    [x, y],
    [y, x],
  ]) {
    if (first.shape.length === 0 && second.shape.length === 0) {
      // Constants first, so that they fold: c(ds) → (cd)s.
      const factor = uniformConstant(b, first);
      const scaled = factor === undefined ? undefined : scaledBy(b, second);
      if (scaled && factor !== undefined && fitsFloat32(scaled.factor * factor))
        return b.mul(scaled.rest, scaled.factor * factor);
      continue;
    }
    const inner = split(second);
    if (!inner) continue;
    if (first.shape.length === 0) {
      const constants = [first, inner.scalar].map((value) => uniformConstant(b, value));
      if (constants[0] !== undefined && constants[1] !== undefined && !fitsFloat32(constants[0] * constants[1]))
        continue;
      return b.mul(inner.rest, b.mul(first, inner.scalar));
    }
    return b.mul(b.mul(first, inner.rest), inner.scalar);
  }
  const factor = uniformConstant(b, y) ?? uniformConstant(b, x);
  const rest = uniformConstant(b, y) === undefined ? y : x;
  const source = b.node(rest);
  if (factor === undefined || source.op !== 'neg' || (rest === y ? x : y).shape.length > 0) return undefined;
  return b.mul(valueAt(b, source.operands[0]), -factor);
}

/**
 * Elementwise operations broadcast by themselves. Replaces broadcast operands by their sources where the result's shape
 * stays the same.
 */
function dropBroadcasts(b: Builder, node: ProgramNode, operands: readonly Value[]): Value | undefined {
  const bare = operands.map((operand) => {
    const source = b.node(operand);
    if (source.op === 'broadcast') return valueAt(b, source.operands[0]);
    const constant = uniformConstant(b, operand);
    return constant !== undefined && operand.shape.length > 0 ? b.constant(constant) : operand;
  });
  if (bare.every((value, i) => value.id === operands[i].id)) return undefined;
  const shape = bare.reduce<Shape>((result, value) => broadcastShapes(result, value.shape), []);
  if (sameShape(shape, node.shape)) return b.copy(node, bare);
  // One operand has to keep the shape. Try to strip all the others.
  for (let kept = 0; kept < operands.length; kept++) {
    const mixed = operands.map((operand, i) => (i === kept ? operand : bare[i]));
    const mixedShape = mixed.reduce<Shape>((result, value) => broadcastShapes(result, value.shape), []);
    if (sameShape(mixedShape, node.shape) && mixed.some((value, i) => value.id !== operands[i].id)) {
      return b.copy(node, mixed);
    }
  }
  return undefined;
}

function simplifySum(b: Builder, node: NodeOf<'reduceSum'>, x: Value): Value | undefined {
  if (node.axes.every((axis) => x.shape[axis] === 1)) return b.reshape(x, node.shape);
  const source = b.node(x);
  const uniform = uniformConstant(b, x);
  const repeated =
    source.op === 'broadcast'
      ? valueAt(b, source.operands[0])
      : uniform === undefined
        ? undefined
        : b.constant(uniform);
  if (repeated?.shape.length === 0) {
    const count = node.axes.reduce((product, axis) => product * Number(x.shape[axis]), 1);
    if (Number.isFinite(count)) return b.broadcast(b.mul(repeated, count), node.shape);
  }
  if (source.op === 'mul') {
    // A scalar factor is cheaper outside of the sum.
    const [left, right] = source.operands.map((id) => valueAt(b, id));
    for (const [scalar, rest] of [
      [left, right],
      [right, left],
    ]) {
      if (scalar.shape.length === 0 && sameShape(rest.shape, x.shape)) {
        return b.mul(b.reduceSum(rest, node.axes, node.keepAxes), scalar);
      }
    }
  }
  return undefined;
}

/** A slice of everything is its operand. A slice of a slice reads the operand of the first slice. */
function simplifySlice(b: Builder, node: NodeOf<'slice'>, x: Value): Value | undefined {
  const { starts, steps, shape } = node;
  if (sameShape(x.shape, shape) && steps.every((step) => step === 1)) return x;
  const source = b.node(x);
  if (source.op !== 'slice') return undefined;
  const through: ProgramNode = {
    ...node,
    starts: starts.map((start, axis) => source.starts[axis] + start * source.steps[axis]),
    steps: steps.map((step, axis) => step * source.steps[axis]),
  };
  return b.copy(through, [valueAt(b, source.operands[0])]);
}

/** Where an operand is a transpose of the last two axes, reads the source of the transpose and flips the flag. */
function simplifyMatmul(b: Builder, node: NodeOf<'matmul'>, operands: readonly Value[]): Value | undefined {
  const strip = (value: Value): Value | undefined => {
    const source = b.node(value);
    if (source.op !== 'transpose') return undefined;
    const rank = source.shape.length;
    const swapsLastTwo = source.permutation.every((axis, i) =>
      i < rank - 2 ? axis === i : axis === (i === rank - 1 ? rank - 2 : rank - 1),
    );
    return swapsLastTwo ? valueAt(b, source.operands[0]) : undefined;
  };
  const [a, c] = operands.map(strip);
  if (!a && !c) return simplifyOuterProduct(b, node, operands);
  return b.matmul(a ?? operands[0], c ?? operands[1], {
    transposeA: node.transposeA !== (a !== undefined),
    transposeB: node.transposeB !== (c !== undefined),
  });
}

/** A product along an axis of length 1, such as the gradient of weights for a single row, is elementwise. */
function simplifyOuterProduct(
  b: Builder,
  { transposeA, transposeB }: NodeOf<'matmul'>,
  [x, y]: readonly Value[],
): Value | undefined {
  if (x.shape.at(transposeA ? -2 : -1) !== 1 || !isBoundShape(x.shape) || !isBoundShape(y.shape)) return undefined;
  const turned = (value: Value) => b.reshape(value, [...value.shape.slice(0, -2), ...value.shape.slice(-2).reverse()]);
  return b.mul(transposeA ? turned(x) : x, transposeB ? turned(y) : y);
}
