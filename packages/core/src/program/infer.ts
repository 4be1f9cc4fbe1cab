import { VardropError } from '../errors.js';
import type { Operation, Shape, SlidingWindow } from './program.js';
import {
  broadcastShapes,
  formatShape,
  matmulShape,
  normalizeAxes,
  reducedShape,
  sameShape,
  windowShape,
} from './shapes.js';

/** How many operands each operation takes; `withDerivative` takes one and any number of pairs. */
function arity(operation: Operation): number | undefined {
  switch (operation.op) {
    case 'input':
    case 'constant':
    case 'noise':
      return 0;
    case 'withDerivative':
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
      return 2;
    case 'selectGreater':
      return 4;
    default:
      return 1;
  }
}

/**
 * The shape that an operation gives for operands of these shapes. `declared` is the node's own shape, which
 * inputs, constants, noise, `reshape`, `broadcast` and the gradients of windows state themselves. Throws coded
 * errors (`VARDROP_SHAPE`, `VARDROP_AXES`, `VARDROP_WINDOW`) for operands that do not fit.
 */
export function inferShape(operation: Operation, operands: readonly Shape[], declared: Shape): Shape {
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
      if (filter.length !== 4 || image.length !== 4 || image[3] !== filter[2])
        refuse('an image [batch, h, w, in] and a filter [kh, kw, in, out]');
      return convolved(image, filter, operation);
    }
    case 'conv2dInputGradient': {
      const [filter, dy] = operands;
      const forward = convolved(declared, filter, operation);
      if (!sameShape(forward, dy) || declared[3] !== filter[2]) refuse(`a gradient of ${formatShape(forward)}`);
      return declared;
    }
    case 'conv2dFilterGradient': {
      const [image, dy] = operands;
      const forward = convolved(image, declared, operation);
      if (!sameShape(forward, dy) || image[3] !== declared[2]) refuse(`a gradient of ${formatShape(forward)}`);
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

/** Shape of images convolved with a filter. */
function convolved(image: Shape, filter: Shape, operation: Operation & SlidingWindow): Shape {
  const size = [filter[0] as number, filter[1] as number] as const;
  return [image[0], ...windowShape(image, size, operation.strides, operation.padding, operation.op), filter[3]];
}

/** Whether two shapes have the same number of elements for every batch size. */
function sameCount(a: Shape, b: Shape): boolean {
  const count = (shape: Shape) => shape.reduce<number>((product, n) => (n === 'batch' ? product : product * n), 1);
  const batches = (shape: Shape) => shape.filter((n) => n === 'batch').length;
  return count(a) === count(b) && batches(a) === batches(b);
}
