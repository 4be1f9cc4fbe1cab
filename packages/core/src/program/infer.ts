import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkAttributes } from './checkAttributes.js';
import type { Convolution, Operation, Shape } from './program.js';
import {
  broadcastShapes,
  dilatedSize,
  formatShape,
  matmulShape,
  normalizeAxes,
  reducedShape,
  sameShape,
  windowShape,
} from './shapes.js';

/** How many operands each operation takes; undefined for operations that take any number. */
function arity(operation: Operation): number | undefined {
  switch (operation.op) {
    case 'input':
    case 'constant':
    case 'noise':
      return 0;
    case 'withDerivative':
    case 'concatenate':
      return undefined;
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
    case 'matmul':
    case 'conv2d':
    case 'conv2dInputGradient':
    case 'conv2dFilterGradient':
    case 'maxPool2dGradient':
    case 'gather':
    case 'gatherGradient':
      return 2;
    case 'selectGreater':
      return 4;
    default:
      return 1;
  }
}

/**
 * The shape of an operation's result for operands of these shapes. `declared` is the node's own shape; inputs,
 * constants, noise, `reshape`, `broadcast`, `slice` and the gradients of windows and of `gather` state it themselves.
 * Throws coded errors (`VARDROP_SHAPE`, `VARDROP_AXES`, `VARDROP_WINDOW`) for operands that do not fit.
 */
export function inferShape(operation: Operation, operands: readonly Shape[], declared: Shape): Shape {
  checkAttributes(operation);
  if (!Array.isArray(declared)) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] ${operation.op}: shape: got ${formatValue(declared)}, needs an array of axis lengths.`,
    );
  }
  const expected = arity(operation);
  if (expected !== undefined && operands.length !== expected) {
    throw new VardropError(
      'VARDROP_PROGRAM',
      `[program] ${operation.op}: got ${operands.length} operands, needs ${expected}.`,
    );
  }
  const refuse = (needs: string): never => {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] ${operation.op}: got ${operands.map(formatShape).join(', ')} for a result of ${formatShape(declared)}, needs ${needs}.`,
    );
  };
  switch (operation.op) {
    case 'input':
    case 'noise':
      return declared;
    case 'constant':
      if (typeof operation.value !== 'number') {
        const count = declared.reduce<number>((product, n) => (n === 'batch' ? Number.NaN : product * n), 1);
        if (count !== operation.value.length) refuse(`as many values as its shape has, got ${operation.value.length}`);
      }
      return declared;
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'sigmoid':
    case 'softplus':
    case 'tanh':
    case 'floor':
    case 'round':
    case 'cos':
    case 'erf':
    case 'special':
      return operands[0];
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
      return broadcastShapes(operands[0], operands[1], operation.op);
    case 'selectGreater':
      return operands.reduce((a, b) => broadcastShapes(a, b, operation.op));
    case 'reduceSum':
    case 'reduceMax': {
      const axes = normalizeAxes(operation.axes, operands[0].length, operation.op);
      return reducedShape(operands[0], axes, operation.keepAxes);
    }
    case 'matmul':
      return matmulShape(operands[0], operands[1], operation.transposeA, operation.transposeB);
    case 'conv2d': {
      const [image, filter] = operands;
      if (!fits(image, filter, operation)) refuse(`an image and a filter ${filterOf(operation)}`);
      return convolved(image, filter, operation);
    }
    case 'conv2dInputGradient': {
      const [filter, dy] = operands;
      if (!fits(declared, filter, operation)) refuse(`an image and a filter ${filterOf(operation)}`);
      const forward = convolved(declared, filter, operation);
      if (!sameShape(forward, dy)) refuse(`a gradient of ${formatShape(forward)}`);
      return declared;
    }
    case 'conv2dFilterGradient': {
      const [image, dy] = operands;
      if (!fits(image, declared, operation)) refuse(`an image and a filter ${filterOf(operation)}`);
      const forward = convolved(image, declared, operation);
      if (!sameShape(forward, dy)) refuse(`a gradient of ${formatShape(forward)}`);
      return declared;
    }
    case 'maxPool2d':
    case 'averagePool2d': {
      const [image] = operands;
      return [
        image[0],
        ...windowShape(image, operation.size, operation.strides, operation.padding, operation.op),
        image[3],
      ];
    }
    case 'maxPool2dGradient':
    case 'averagePool2dGradient': {
      const image = operation.op === 'maxPool2dGradient' ? operands[0] : declared;
      const dy = operands[operands.length - 1];
      const forward = [
        image[0],
        ...windowShape(image, operation.size, operation.strides, operation.padding, operation.op),
        image[3],
      ];
      if (!sameShape(forward, dy)) refuse(`a gradient of ${formatShape(forward)}`);
      return image;
    }
    case 'reshape':
      if (!sameCount(operands[0], declared)) refuse('as many elements before and after');
      return declared;
    case 'transpose': {
      const axes = normalizeAxes(operation.permutation, operands[0].length, 'transpose');
      if (axes.length !== operands[0].length) refuse('a permutation of all axes');
      return operation.permutation.map((axis) => operands[0][axis]);
    }
    case 'broadcast':
      if (!sameShape(broadcastShapes(operands[0], declared, 'broadcast'), declared))
        refuse('a shape that it broadcasts to');
      return declared;
    case 'gather':
      if (!isTable(operands[0])) refuse(tableNeeds);
      return [...operands[1], ...operands[0].slice(1)];
    case 'gatherGradient': {
      if (!isTable(declared)) refuse(tableNeeds);
      const forward = [...operands[0], ...declared.slice(1)];
      if (!sameShape(forward, operands[1])) refuse(`a gradient of ${formatShape(forward)}`);
      return declared;
    }
    case 'concatenate':
      return concatenated(operation.axis, operands, refuse);
    case 'slice':
      checkSlice(operation, operands[0], declared);
      return declared;
    case 'pad':
      return padded(operation, operands[0]);
    case 'withDerivative':
      for (let i = 1; i + 1 < operands.length; i += 2) broadcastShapes(operands[i + 1], operands[i], 'withDerivative');
      if (operands.length % 2 !== 1) refuse('a value and pairs of input and partial');
      return operands[0];
    default: {
      const unknown: never = operation;
      throw new VardropError('VARDROP_PROGRAM', `[program] got the unknown operation ${JSON.stringify(unknown)}.`);
    }
  }
}

/** Row numbers are float32, which holds all whole numbers up to this one. */
const mostRows = 2 ** 24;
const tableNeeds = 'a table [rows, …] of at most 2²⁴ rows, none of whose axes is the batch';

function isTable(shape: Shape): boolean {
  return (
    shape.length > 0 &&
    shape.every((n) => Number.isInteger(n) && (n as number) >= 0) &&
    (shape[0] as number) <= mostRows
  );
}

/** Whether an image, a filter and the number of groups fit together. */
function fits(image: Shape, filter: Shape, { groups }: Convolution): boolean {
  const [, , perGroup, filters] = filter;
  return (
    image.length === 4 &&
    filter.length === 4 &&
    Number.isInteger(groups) &&
    groups > 0 &&
    image[3] === (perGroup as number) * groups &&
    (filters as number) % groups === 0
  );
}

function filterOf({ groups }: Convolution): string {
  return groups === 1
    ? '[kh, kw, in, out] for images [batch, h, w, in]'
    : `[kh, kw, in / ${groups}, out] for images [batch, h, w, in], with in and out multiples of ${groups} groups`;
}

/** Shape of images convolved with a filter. */
function convolved(image: Shape, filter: Shape, operation: Operation & Convolution): Shape {
  const { dilations, strides, padding, op } = operation;
  const [height, width] = [0, 1].map((i) => dilatedSize(filter[i] as number, dilations[i]));
  return [image[0], ...windowShape(image, [height, width], strides, padding, op), filter[3]];
}

function concatenated(axis: number, operands: readonly Shape[], refuse: (needs: string) => never): Shape {
  const [first] = operands;
  if (first === undefined) {
    throw new VardropError('VARDROP_PROGRAM', '[program] concatenate: got no operands, needs at least one.');
  }
  if (!Number.isInteger(axis) || axis < 0 || axis >= first.length) {
    throw new VardropError(
      'VARDROP_AXES',
      `[program] concatenate: got axis ${axis}, needs an integer from 0 to ${first.length - 1}. Count axes from 0.`,
    );
  }
  const alike = operands.every(
    (shape) => shape.length === first.length && shape.every((n, i) => i === axis || n === first[i]),
  );
  if (!alike) refuse(`shapes that differ along axis ${axis} at most`);
  if (operands.length === 1) return first;
  if (operands.some((shape) => shape[axis] === 'batch')) refuse('an axis other than the batch');
  return first.map((n, i) => (i === axis ? operands.reduce((sum, shape) => sum + (shape[axis] as number), 0) : n));
}

/** Checks that every element of a slice is an element of its operand, and that the batch axis is taken whole. */
function checkSlice({ starts, steps }: Operation & { op: 'slice' }, x: Shape, declared: Shape): void {
  const rank = x.length;
  const whole = (axis: number) => starts[axis] === 0 && steps[axis] === 1 && declared[axis] === x[axis];
  const inside = (axis: number) => {
    const [length, count, start, step] = [x[axis], declared[axis], starts[axis], steps[axis]];
    if (typeof length !== 'number' || typeof count !== 'number') return false;
    if (step === 0) return false;
    const last = start + (count - 1) * step;
    return count === 0 || (Math.min(start, last) >= 0 && Math.max(start, last) < length);
  };
  const valid =
    declared.length === rank &&
    starts.length === rank &&
    steps.length === rank &&
    x.every((_, axis) => whole(axis) || inside(axis));
  if (valid) return;
  throw new VardropError(
    'VARDROP_SHAPE',
    `[program] slice: got starts [${starts}] and steps [${steps}] of ${formatShape(x)} for a result of ${formatShape(declared)}, needs one of each an axis, elements that lie inside, and the batch axis whole. Use the builder's slice.`,
  );
}

function padded({ before, after, interior }: Operation & { op: 'pad' }, x: Shape): Shape {
  const amounts = [before, after, interior];
  const valid = amounts.every(
    (each) => each.length === x.length && each.every((n, axis) => x[axis] !== 'batch' || n === 0),
  );
  if (!valid) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[program] pad: got before [${before}], after [${after}], interior [${interior}] of ${formatShape(x)}, needs whole numbers from 0 on, one of each an axis, and 0 for the batch axis. Cut with slice.`,
    );
  }
  return x.map((n, axis) => (n === 'batch' ? n : before[axis] + n + after[axis] + Math.max(n - 1, 0) * interior[axis]));
}

/** Whether two shapes have the same number of elements for every batch size. */
function sameCount(a: Shape, b: Shape): boolean {
  const count = (shape: Shape) => shape.reduce<number>((product, n) => (n === 'batch' ? product : product * n), 1);
  const batches = (shape: Shape) => shape.filter((n) => n === 'batch').length;
  return count(a) === count(b) && batches(a) === batches(b);
}
