import type { Builder, Value } from './builder.js';
import type { BoundProgram, NodeOf, Shape } from './program.js';
import { rewrite } from './rewrite.js';
import { boundShape, elementCount, sameShape } from './shapes.js';

/**
 * Puts stages in the place of sums of more than `most` terms, for backends that add up one term after the other: float32
 * loses as many digits as a sum has more of them than its terms. The last axes are summed first; an axis that is too long
 * by itself is cut into rows of about the square root of its length. So a term goes through some 2√n additions in place
 * of n.
 *
 * Of products, only those with a vector are cut, since runtimes block products of matrices themselves. An average over a
 * large window becomes the average of the averages of its rows. Convolutions and their gradients stay as they are.
 *
 * @param program simplified
 */
export function stageSums(program: BoundProgram, most: number): BoundProgram {
  return rewrite(program, (b, node, operands) => {
    switch (node.op) {
      case 'reduceSum': {
        const terms = node.axes.reduce((product, axis) => product * lengthOf(operands[0], axis), 1);
        return terms > most ? stagedSum(b, operands[0], node.axes, node.shape, most) : undefined;
      }
      case 'matmul':
        return stageProduct(b, node, operands, most);
      case 'averagePool2d':
        return stageAverage(b, node, operands[0], most);
      default:
        return undefined;
    }
  });
}

function lengthOf(value: Value, axis: number): number {
  return elementCount([value.shape.at(axis)!]);
}

function stagedSum(b: Builder, x: Value, axes: readonly number[], shape: Shape, most: number): Value {
  const left = [...axes];
  let value = x;
  while (left.length > 0) {
    let terms = lengthOf(value, left[left.length - 1]);
    if (terms > most) {
      value = sumRows(b, value, left[left.length - 1], most);
      continue;
    }
    let from = left.length - 1;
    while (from > 0 && terms * lengthOf(value, left[from - 1]) <= most) {
      from--;
      terms *= lengthOf(value, left[from]);
    }
    value = b.reduceSum(value, left.splice(from), true);
  }
  return sameShape(value.shape, shape) ? value : b.reshape(value, shape);
}

/** Sums of the rows that an axis is cut into; the axis then has one element a row. */
function sumRows(b: Builder, x: Value, axis: number, most: number): Value {
  const shape = boundShape(x.shape);
  const [before, terms, behind] = [shape.slice(0, axis), shape[axis], shape.slice(axis + 1)];
  const wanted = Math.min(most, Math.ceil(Math.sqrt(terms)));
  const length = divisorOf(terms, wanted, most) ?? divisorOf(terms, wanted, Math.max(2, Math.ceil(wanted / 8)));
  if (length !== undefined) {
    return b.reduceSum(b.reshape(x, [...before, terms / length, length, ...behind]), [axis + 1]);
  }
  // Windows of ones, side by side, the last of which reaches into padding.
  const rows = Math.ceil(terms / wanted);
  const image = b.reshape(x, [elementCount(before), terms, elementCount(behind), 1]);
  const sums = b.conv2d(image, b.constant(1, [wanted, 1, 1, 1]), {
    strides: [wanted, 1],
    padding: [0, rows * wanted - terms, 0, 0],
  });
  return b.reshape(sums, [...before, rows, ...behind]);
}

/** A product with a vector: the sum of a stack of shorter ones. */
function stageProduct(
  b: Builder,
  { transposeA, transposeB, precision, shape }: NodeOf<'matmul'>,
  [x, y]: readonly Value[],
  most: number,
): Value | undefined {
  const terms = lengthOf(x, transposeA ? -2 : -1);
  if (terms <= most || (shape.at(-2) !== 1 && shape.at(-1) !== 1)) return undefined;
  const length = divisorOf(terms, most, Math.ceil(most / 8));
  if (length === undefined) {
    // Products one by one read float32.
    if (precision) return undefined;
    // Products one by one: the vector is turned to lie along the terms of the other operand.
    const [below, vector, other] = shape.at(-2) === 1 ? [!transposeB, x, y] : [transposeA, y, x];
    const turned = b.reshape(vector, [...vector.shape.slice(0, -2), ...(below ? [terms, 1] : [1, terms])]);
    const products = b.mul(turned, other);
    return stagedSum(b, products, [products.shape.length - (below ? 2 : 1)], shape, most);
  }
  /** `[…, rows, own, length]` of the left operand, `[…, rows, length, own]` of the right one, or the last two swapped. */
  const stack = (value: Value, below: boolean): Value => {
    const leading = value.shape.slice(0, -2);
    const rows = terms / length;
    const own = lengthOf(value, below ? -1 : -2);
    if (below) return b.reshape(value, [...leading, rows, length, own]);
    if (own === 1) return b.reshape(value, [...leading, rows, 1, length]);
    const rank = leading.length;
    const apart = b.reshape(value, [...leading, own, rows, length]);
    return b.transpose(apart, [...leading.keys(), rank + 1, rank, rank + 2]);
  };
  const products = b.matmul(stack(x, transposeA), stack(y, !transposeB), { transposeA, transposeB, precision });
  return stagedSum(b, products, [products.shape.length - 3], shape, most);
}

/** As many cells of each row of a window lie in the image as of any other, so that the average is that of their averages. */
function stageAverage(
  b: Builder,
  { size: [height, width], strides: [down, across], padding: [top, bottom, left, right] }: NodeOf<'averagePool2d'>,
  x: Value,
  most: number,
): Value | undefined {
  if (height * width <= most || height === 1 || width === 1) return undefined;
  const rows = b.averagePool2d(x, [1, width], { strides: [1, across], padding: [0, 0, left, right] });
  return b.averagePool2d(rows, [height, 1], { strides: [down, 1], padding: [top, bottom, 0, 0] });
}

/** The first divisor on the way from one number to another. */
function divisorOf(terms: number, from: number, to: number): number | undefined {
  const step = Math.sign(to - from);
  for (let length = from; length !== to + step; length += step) {
    if (terms % length === 0) return length;
    if (step === 0) return undefined;
  }
  return undefined;
}
