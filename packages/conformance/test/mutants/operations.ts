import { type Builder, elementCount, type Op, type Value } from '@vardrop/core/program';
import { breaking, type Mutant } from './mutant.js';

const op = (subject: Op, defect: string, create: Mutant['create']): Mutant => ({
  subject,
  defect,
  law: 'primitives',
  properties: [subject, `${subject}: edges`],
  create,
});

/** A value that is off by as much as half precision may be. */
const coarse = (b: Builder, x: Value) => b.mul(x, 1 + 2 ** -12);

/** Operations that compute something, as opposed to moving numbers. */
const computing: readonly Op[] = [
  ...(['sqrt', 'exp', 'log', 'sigmoid', 'softplus', 'tanh', 'cos', 'erf'] as const),
  ...(['add', 'sub', 'mul', 'div'] as const),
  'reduceSum',
  'matmul',
  ...(['conv2d', 'conv2dInputGradient', 'conv2dFilterGradient'] as const),
  ...(['averagePool2d', 'averagePool2dGradient', 'maxPool2dGradient'] as const),
  'gatherGradient',
  'special',
  'constant',
];

/** Operations whose order of elements can be lost. */
const ordered: readonly Op[] = [
  ...(['transpose', 'reshape', 'matmul', 'conv2d', 'add', 'selectGreater', 'maxPool2d'] as const),
  ...(['gather', 'gatherGradient', 'concatenate', 'slice', 'pad'] as const),
];

/** Operations whose last element can be left out, as a kernel does that rounds its number of threads down. */
const tailed: readonly Op[] = [
  ...(['neg', 'abs', 'max', 'min', 'mul', 'reduceMax', 'broadcast', 'exp', 'floor', 'round', 'cos', 'erf'] as const),
  ...(['gather', 'gatherGradient', 'concatenate', 'slice', 'pad'] as const),
];

/** Numbers of a fixed shape with one in its last place, else 0. */
function lastOnly(b: Builder, shape: readonly number[]): Value {
  const count = elementCount(shape);
  return b.constant(
    Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : 0)),
    shape,
  );
}

/** Each operation with each class of defect that it can have. */
export const generatedOperations: readonly Mutant[] = [
  ...computing.map((each) =>
    op(
      each,
      'half precision',
      breaking(each, (b, node, operands) => coarse(b, b.copy(node, operands))),
    ),
  ),
  ...ordered.map((each) =>
    op(
      each,
      'rows and columns mixed up',
      breaking(each, (b, node, operands) => {
        const [rows, columns] = [node.shape.at(-2), node.shape.at(-1)];
        if (node.shape.length < 2 || rows !== columns || rows === 1) return undefined;
        const axes = node.shape.map((_, axis) => axis);
        const swapped = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
        return b.transpose(b.copy(node, operands), swapped);
      }),
    ),
  ),
  ...tailed.map((each) =>
    op(
      each,
      'last element left out',
      breaking(each, (b, node, operands) => {
        const shape = node.shape as number[];
        return b.selectGreater(lastOnly(b, shape), 0.5, 0, b.copy(node, operands));
      }),
    ),
  ),
];

/** Semantics that are wrong at an edge. */
export const operationEdges: readonly Mutant[] = [
  ...(['add', 'mul', 'max'] as const).map((name) =>
    op(
      name,
      'a vector is laid along the rows of a square',
      breaking(name, (b, _, operands) => {
        const n = operands.find(({ shape }) => shape.length === 1)?.shape[0];
        const square = operands.find(({ shape }) => shape.length > 1);
        if (n === undefined || n === 1 || !square?.shape.every((side) => side === n)) return undefined;
        const [x, y] = operands.map((each) => (each === square ? each : b.reshape(each, [n, 1])));
        return b[name](x, y);
      }),
    ),
  ),
  op(
    'neg',
    'keeps the sign of negative numbers',
    breaking('neg', (b, _, [x]) => b.neg(b.abs(x))),
  ),
  op(
    'abs',
    'the number itself where it is tiny',
    breaking('abs', (b, _, [x]) => b.selectGreater(1e-30, b.abs(x), x, b.abs(x))),
  ),
  op(
    'sqrt',
    'of negative numbers is 0',
    breaking('sqrt', (b, _, [x]) => b.sqrt(b.max(x, 0))),
  ),
  op(
    'sqrt',
    'kept away from 0 by an epsilon',
    breaking('sqrt', (b, _, [x]) => b.sqrt(b.add(x, 1e-8))),
  ),
  op(
    'exp',
    'stops at e¹⁰',
    breaking('exp', (b, _, [x]) => b.exp(b.min(x, 10))),
  ),
  op(
    'log',
    'kept away from 0 by an epsilon',
    breaking('log', (b, _, [x]) => b.log(b.max(x, 1e-7))),
  ),
  op(
    'sigmoid',
    'cut off',
    breaking('sigmoid', (b, _, [x]) => b.div(1, b.add(1, b.exp(b.min(b.neg(x), 20))))),
  ),
  op(
    'softplus',
    'overflows',
    breaking('softplus', (b, _, [x]) => b.log(b.add(1, b.exp(x)))),
  ),
  op(
    'softplus',
    'is max(x, 0)',
    breaking('softplus', (b, _, [x]) => b.max(x, 0)),
  ),
  op(
    'tanh',
    'by exponentials, NaN where they overflow',
    breaking('tanh', (b, _, [x]) => b.div(b.sub(b.exp(x), b.exp(b.neg(x))), b.add(b.exp(x), b.exp(b.neg(x))))),
  ),
  op(
    'floor',
    'cuts fractions off',
    breaking('floor', (b, _, [x]) => b.selectGreater(0, x, b.neg(b.floor(b.neg(x))), b.floor(x))),
  ),
  op(
    'floor',
    'is round',
    breaking('floor', (b, _, [x]) => b.round(x)),
  ),
  op(
    'round',
    'halves go away from 0',
    breaking('round', (b, _, [x]) => {
      const size = b.floor(b.add(b.abs(x), 0.5));
      return b.selectGreater(0, x, b.neg(size), size);
    }),
  ),
  op(
    'round',
    'halves go up',
    breaking('round', (b, _, [x]) => b.floor(b.add(x, 0.5))),
  ),
  op(
    'round',
    'as 16-bit integers',
    breaking('round', (b, _, [x]) => b.min(b.max(b.round(x), -32_768), 32_767)),
  ),
  op(
    'cos',
    'of degrees',
    breaking('cos', (b, _, [x]) => b.cos(b.mul(x, Math.PI / 180))),
  ),
  op(
    'cos',
    'is a sine',
    breaking('cos', (b, _, [x]) => b.cos(b.sub(x, Math.PI / 2))),
  ),
  op(
    'erf',
    'without its sign',
    breaking('erf', (b, _, [x]) => b.erf(b.abs(x))),
  ),
  op(
    'erf',
    'of standard normal numbers',
    breaking('erf', (b, _, [x]) => b.erf(b.mul(x, Math.SQRT1_2))),
  ),
  op(
    'sub',
    'b − a',
    breaking('sub', (b, _, [x, y]) => b.sub(y, x)),
  ),
  op(
    'mul',
    'flushes what is below 2⁻¹²⁶',
    breaking('mul', (b, node, operands) => {
      const product = b.copy(node, operands);
      return b.selectGreater(2 ** -126, b.abs(product), 0, product);
    }),
  ),
  op(
    'div',
    'kept away from 0 by an epsilon',
    breaking('div', (b, _, [x, y]) => b.div(x, b.add(y, 1e-8))),
  ),
  op(
    'max',
    'of absolute values',
    breaking('max', (b, _, [x, y]) => b.selectGreater(b.abs(x), b.abs(y), x, y)),
  ),
  op(
    'min',
    'is max',
    breaking('min', (b, _, [x, y]) => b.max(x, y)),
  ),
  op(
    'selectGreater',
    'a ≥ b ? x : y',
    breaking('selectGreater', (b, _, [p, q, x, y]) => b.selectGreater(q, p, y, x)),
  ),
  op(
    'reduceSum',
    'is a mean',
    breaking('reduceSum', (b, node, [x]) => b.mean(x, node.axes, node.keepAxes)),
  ),
  op(
    'reduceSum',
    'over one axis only',
    breaking('reduceSum', (b, node, [x]) => {
      if (node.axes.length < 2) return undefined;
      const largest = b.reduceMax(x, node.axes.slice(1), true);
      return b.reshape(b.reduceSum(largest, node.axes.slice(0, 1), true), node.shape);
    }),
  ),
  op(
    'reduceMax',
    'starts from 0',
    breaking('reduceMax', (b, node, operands) => b.max(b.copy(node, operands), 0)),
  ),
  op(
    'matmul',
    'second operand never transposed',
    breaking('matmul', (b, node, [x, y]) => {
      const square = y.shape.at(-1) === y.shape.at(-2);
      return node.transposeB && square ? b.matmul(x, y, { transposeA: node.transposeA }) : undefined;
    }),
  ),
  op(
    'matmul',
    'first operand never transposed',
    breaking('matmul', (b, node, [x, y]) => {
      const square = x.shape.at(-1) === x.shape.at(-2);
      return node.transposeA && square ? b.matmul(x, y, { transposeB: node.transposeB }) : undefined;
    }),
  ),
  op(
    'conv2d',
    'padding on the other side',
    breaking('conv2d', (b, node, [x, w]) => {
      const [top, bottom, left, right] = node.padding;
      return b.conv2d(x, w, { strides: node.strides, padding: [bottom, top, right, left] });
    }),
  ),
  op(
    'conv2dFilterGradient',
    'padding ignored where it may be',
    breaking('conv2dFilterGradient', (b, node, [x, dy]) => {
      const [top, bottom, left, right] = node.padding;
      return b.conv2dFilterGradient(x, dy, node.shape, { strides: node.strides, padding: [bottom, top, right, left] });
    }),
  ),
  op(
    'averagePool2d',
    'padding counts',
    breaking('averagePool2d', (b, node, [x]) => {
      if (node.padding.every((n) => n === 0)) return undefined;
      return b.mul(b.copy(node, [x]), 0.9);
    }),
  ),
  op(
    'maxPool2d',
    'padding wins as 0',
    breaking('maxPool2d', (b, node, [x]) =>
      node.padding.every((n) => n === 0) ? undefined : b.max(b.copy(node, [x]), 0),
    ),
  ),
  op(
    'maxPool2dGradient',
    'to every maximum',
    breaking('maxPool2dGradient', (b, node, operands) => {
      // Whole numbers tie: what the first maximum gets, all numbers that equal the largest get.
      const [x, dy] = operands;
      const gradient = b.copy(node, operands);
      const largest = b.reduceMax(x, [0, 1, 2, 3], true);
      return b.selectGreater(largest, x, gradient, b.reduceMax(dy));
    }),
  ),
  op(
    'transpose',
    'by the inverse permutation',
    breaking('transpose', (b, node, [x]) => {
      const inverse = node.permutation.map((_, axis) => node.permutation.indexOf(axis));
      const fits = inverse.every((axis, i) => x.shape[axis] === x.shape[node.permutation[i]]);
      return fits ? b.transpose(x, inverse) : undefined;
    }),
  ),
  op(
    'reshape',
    'reverses',
    breaking('reshape', (b, node, [x]) => {
      const count = elementCount(x.shape);
      const reversal = Array.from({ length: count ** 2 }, (_, i) =>
        (i % count) + Math.floor(i / count) === count - 1 ? 1 : 0,
      );
      if (count > 12) return undefined;
      return b.reshape(b.matmul(b.constant(reversal, [count, count]), b.reshape(x, [count, 1])), node.shape);
    }),
  ),
  op(
    'broadcast',
    'from the first element',
    breaking('broadcast', (b, node, [x]) => {
      const first = b.reduceMax(x, undefined, false);
      return b.broadcast(first, node.shape);
    }),
  ),
];
