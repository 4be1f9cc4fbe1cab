import { VardropError } from '../errors.js';
import type { Builder, ConvolutionOptions, Operand, Value, WindowOptions } from './builder.js';
import { operationClass } from './operationClass.js';
import type { Convolution, NodeId, NodeOf, ProgramNode, Shape } from './program.js';
import { broadcastShapes, sameShape } from './shapes.js';
import { specialDerivative } from './specialDerivative.js';

/**
 * The contributions of one node to the gradients of its operands, as pairs of operand and contribution. Only operands
 * that `wanted` accepts are included. `dy` is the gradient of the loss with respect to the node's value; its shape
 * broadcasts to the node's shape.
 */
export function derivative(
  b: Builder,
  node: ProgramNode,
  id: NodeId,
  dy: Value,
  wanted: (operand: NodeId) => boolean,
): (readonly [NodeId, Value])[] {
  const operand = (i: number): Value => ({ id: node.operands[i], shape: b.node(node.operands[i]).shape });
  const y: Value = { id, shape: node.shape };
  const result: (readonly [NodeId, Value])[] = [];
  /** Adds the contribution to operand i, summed over the axes along which the operand was broadcast. */
  const give = (i: number, share: () => Value) => {
    const target = operand(i);
    if (!wanted(target.id)) return;
    const value = share();
    // For an elementwise node the contribution may still be smaller than the result. For other nodes it has its
    // operand's shape, except for the leading axes of a matrix product. The value and the input of a partial derivative
    // may each have axes that the other lacks.
    const from = broadcasts(node)
      ? [value.shape, target.shape].reduce((a, b) => broadcastShapes(a, b), node.shape)
      : value.shape;
    result.push([target.id, unbroadcast(b, value, target.shape, from)]);
  };
  /** dy at its full shape, for operations that do not broadcast. */
  const full = () => (sameShape(dy.shape, node.shape) ? dy : b.broadcast(dy, node.shape));

  switch (node.op) {
    case 'input':
    case 'constant':
    case 'noise':
    // `floor` and `round` are constant between their steps. The derivative at a step is taken as 0 too.
    case 'floor':
    case 'round':
      break;
    case 'neg':
      give(0, () => b.neg(dy));
      break;
    case 'abs':
      give(0, () => b.selectGreater(operand(0), 0, dy, b.selectGreater(0, operand(0), b.neg(dy), 0)));
      break;
    case 'sqrt':
      // √'(0) is taken as 0: where a variance is zero, noise has no effect. `selectGreater` also evaluates the quotient
      // there, which may be NaN but is not selected.
      give(0, () => b.selectGreater(y, 0, b.div(b.mul(dy, 0.5), y), 0));
      break;
    case 'exp':
      give(0, () => b.mul(dy, y));
      break;
    case 'log':
      give(0, () => b.div(dy, operand(0)));
      break;
    case 'sigmoid':
      give(0, () => b.mul(dy, b.mul(y, b.sub(1, y))));
      break;
    case 'softplus':
      give(0, () => b.mul(dy, b.sigmoid(operand(0))));
      break;
    case 'tanh':
      // (1 − y)(1 + y) keeps its digits where y is close to 1; 1 − y² does not.
      give(0, () => b.mul(dy, b.mul(b.sub(1, y), b.add(1, y))));
      break;
    case 'cos':
      // −sin x
      give(0, () => b.mul(dy, b.cos(b.add(operand(0), Math.PI / 2))));
      break;
    case 'erf':
      give(0, () => b.mul(dy, b.mul(2 / Math.sqrt(Math.PI), b.exp(b.neg(b.square(operand(0)))))));
      break;
    case 'special':
      give(0, () => b.mul(dy, specialDerivative(b, node.function, operand(0), y)));
      break;
    case 'add':
      give(0, () => dy);
      give(1, () => dy);
      break;
    case 'sub':
      give(0, () => dy);
      give(1, () => b.neg(dy));
      break;
    case 'mul':
      if (node.operands[0] === node.operands[1]) {
        give(0, () => b.mul(b.mul(dy, 2), operand(0)));
      } else {
        give(0, () => b.mul(dy, operand(1)));
        give(1, () => b.mul(dy, operand(0)));
      }
      break;
    case 'div':
      give(0, () => b.div(dy, operand(1)));
      give(1, () => b.neg(b.mul(b.div(dy, operand(1)), y)));
      break;
    case 'max':
      give(0, () => b.selectGreater(operand(0), operand(1), dy, 0));
      give(1, () => b.selectGreater(operand(0), operand(1), 0, dy));
      break;
    case 'min':
      give(0, () => b.selectGreater(operand(1), operand(0), dy, 0));
      give(1, () => b.selectGreater(operand(1), operand(0), 0, dy));
      break;
    case 'selectGreater':
      give(2, () => b.selectGreater(operand(0), operand(1), dy, 0));
      give(3, () => b.selectGreater(operand(0), operand(1), 0, dy));
      break;
    case 'reduceSum':
      // A scalar gradient is the same for every element, so it is passed on unchanged.
      give(0, () => {
        const spread = dy.shape.length === 0 ? dy : expand(b, full(), operand(0).shape, node.axes);
        return b.broadcast(spread, operand(0).shape);
      });
      break;
    case 'reduceMax':
      give(0, () => {
        const x = operand(0);
        const greatest = expand(b, y, x.shape, node.axes);
        const winners = b.selectGreater(greatest, x, 0, 1);
        const share = b.div(expand(b, full(), x.shape, node.axes), b.reduceSum(winners, node.axes, true));
        return b.mul(winners, share);
      });
      break;
    case 'matmul':
      give(0, () =>
        node.transposeA
          ? b.matmul(operand(1), full(), { transposeA: node.transposeB, transposeB: true })
          : b.matmul(full(), operand(1), { transposeB: !node.transposeB }),
      );
      give(1, () =>
        node.transposeB
          ? b.matmul(full(), operand(0), { transposeA: true, transposeB: node.transposeA })
          : b.matmul(operand(0), full(), { transposeA: !node.transposeA }),
      );
      break;
    case 'conv2d':
      give(0, () => b.conv2dInputGradient(operand(1), full(), operand(0).shape, convolutionOf(node)));
      give(1, () => b.conv2dFilterGradient(operand(0), full(), operand(1).shape, convolutionOf(node)));
      break;
    case 'conv2dInputGradient':
      // ⟨conv(x, w), dy⟩ is linear in each of x, w and dy. The three convolution operations are its gradients.
      give(0, () => b.conv2dFilterGradient(full(), operand(1), operand(0).shape, convolutionOf(node)));
      give(1, () => b.conv2d(full(), operand(0), convolutionOf(node)));
      break;
    case 'conv2dFilterGradient':
      give(0, () => b.conv2dInputGradient(full(), operand(1), operand(0).shape, convolutionOf(node)));
      give(1, () => b.conv2d(operand(0), full(), convolutionOf(node)));
      break;
    case 'maxPool2d':
      give(0, () => b.maxPool2dGradient(operand(0), full(), node.size, windowOf(node)));
      break;
    case 'averagePool2d':
      give(0, () => b.averagePool2dGradient(full(), operand(0).shape, node.size, windowOf(node)));
      break;
    case 'averagePool2dGradient':
      give(0, () => b.averagePool2d(full(), node.size, windowOf(node)));
      break;
    case 'maxPool2dGradient':
      throw new VardropError(
        'VARDROP_NOT_DIFFERENTIABLE',
        `[${node.label ?? 'differentiate'}] maxPool2dGradient: second derivatives of max pooling are not available. Use average pooling, or stopGradient.`,
      );
    case 'reshape':
      give(0, () => b.reshape(full(), operand(0).shape));
      break;
    case 'transpose': {
      const inverse = node.permutation.map((_, axis) => node.permutation.indexOf(axis));
      give(0, () => b.transpose(full(), inverse));
      break;
    }
    case 'broadcast':
      give(0, () => full());
      break;
    case 'gather':
      give(0, () => b.gatherGradient(operand(1), full(), operand(0).shape));
      break;
    case 'gatherGradient':
      give(1, () => b.gather(full(), operand(0)));
      break;
    case 'concatenate':
      givePieces(b, node, operand, full, give);
      break;
    case 'slice':
      give(0, () => sliceGradient(b, node, full(), operand(0).shape));
      break;
    case 'pad':
      give(0, () => b.copy(padInverse(node, operand(0).shape), [full()]));
      break;
    case 'withDerivative':
      for (let i = 1; i < node.operands.length; i += 2) give(i, () => b.mul(dy, operand(i + 1)));
      break;
    default: {
      const unknown: never = node;
      throw new VardropError(
        'VARDROP_PROGRAM',
        `[differentiate] got the unknown operation ${JSON.stringify(unknown)}.`,
      );
    }
  }
  return result;
}

/** Whether an operation broadcasts its operands to the shape of its result, elementwise. */
function broadcasts(node: ProgramNode): boolean {
  const kind = operationClass[node.op];
  return kind === 'elementwise' || kind === 'derivative';
}

/** Gives each operand of a concatenation its part of the gradient. */
function givePieces(
  b: Builder,
  { axis, operands }: NodeOf<'concatenate'>,
  operand: (i: number) => Value,
  full: () => Value,
  give: (i: number, share: () => Value) => void,
): void {
  let start = 0;
  operands.forEach((_, i) => {
    const from = start;
    const { shape } = operand(i);
    give(i, () => {
      if (operands.length === 1) return full();
      if (shape[axis] === 0) return b.constant(0, shape);
      const end = from + (shape[axis] as number);
      return b.slice(full(), [...new Array<undefined>(axis), { start: from, end }]);
    });
    if (shape[axis] !== 'batch') start += shape[axis];
  });
}

/** The gradient of a slice: dy, with zeros in the places that the slice skipped. */
function sliceGradient(b: Builder, { starts, steps }: NodeOf<'slice'>, dy: Value, shape: Shape): Value {
  if (dy.shape.includes(0)) return b.constant(0, shape);
  const forward = b.slice(
    dy,
    steps.map((step) => (step < 0 ? { step: -1 } : undefined)),
  );
  const ranges = shape.map((length, axis) => {
    const count = dy.shape[axis];
    if (length === 'batch' || count === 'batch') return undefined;
    const distance = Math.abs(steps[axis]);
    const before = Math.min(starts[axis], starts[axis] + (count - 1) * steps[axis]);
    return { before, after: length - before - (count - 1) * distance - 1, interior: distance - 1 };
  });
  return b.pad(forward, ranges);
}

/** The slice that removes the elements that a pad has added. */
function padInverse({ before, interior }: NodeOf<'pad'>, shape: Shape): ProgramNode {
  return { op: 'slice', starts: before, steps: interior.map((n) => n + 1), operands: [], shape };
}

/**
 * Restores the axes that a reduction dropped, as axes of length 1. A scalar stays as it is, since it broadcasts anyway.
 */
function expand(b: Builder, value: Value, shape: Shape, axes: readonly number[]): Value {
  if (value.shape.length === shape.length || value.shape.length === 0) return value;
  return b.reshape(
    value,
    shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension)),
  );
}

/**
 * Sums a gradient over the axes along which `target` was broadcast to `result`. The gradient itself may be smaller than
 * `result`, such as a scalar for a constant gradient. It is then broadcast along those axes first.
 */
function unbroadcast(b: Builder, gradient: Value, target: Shape, result: Shape): Value {
  const offset = result.length - target.length;
  const axes = result.flatMap((dimension, axis) =>
    axis < offset || (target[axis - offset] === 1 && dimension !== 1) ? [axis] : [],
  );
  if (axes.length === 0) return gradient;
  const whole: Operand = sameShape(gradient.shape, result) ? gradient : b.broadcast(gradient, result);
  const summed = b.reduceSum(whole, axes, true);
  return sameShape(summed.shape, target) ? summed : b.reshape(summed, target);
}

/** The attributes of a convolution, without the node's other fields. */
function convolutionOf({ strides, padding, dilations, groups }: Convolution): ConvolutionOptions {
  return { strides, padding, dilations, groups };
}

/** The window of a node, without the node's other fields. */
function windowOf({ strides, padding }: Required<WindowOptions>): WindowOptions {
  return { strides, padding };
}
