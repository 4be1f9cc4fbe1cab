import type { Builder, Value } from './builder.js';
import type { BoundProgram, NodeOf, Shape } from './program.js';
import { rewrite } from './rewrite.js';
import { boundShape, elementCount, sameShape } from './shapes.js';

/**
 * Replaces sums of more than `most` terms by sums in stages. For backends that add up one term after the other: in
 * float32, the more terms a sum has, the more digits it loses. The last axes are summed first. An axis that is too long
 * by itself is cut into rows of about the square root of its length. A term then goes through about 2√n additions
 * instead of n.
 *
 * Among products, only those with a vector are cut, because runtimes block products of matrices themselves. An average
 * over a large window becomes the average of the averages of its rows. Convolutions and their gradients are unchanged.
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

/** Cuts an axis into rows and sums each row. The axis of the result has one element per row. */
function sumRows(b: Builder, x: Value, axis: number, most: number): Value {
  const shape = boundShape(x.shape);
  const [before, terms, behind] = [shape.slice(0, axis), shape[axis], shape.slice(axis + 1)];
  const wanted = Math.min(most, Math.ceil(Math.sqrt(terms)));
  const length = divisorOf(terms, wanted, most) ?? divisorOf(terms, wanted, Math.max(2, Math.ceil(wanted / 8)));
  if (length !== undefined) {
    return b.reduceSum(b.reshape(x, [...before, terms / length, length, ...behind]), [axis + 1]);
  }
  // No suitable length divides the axis: use adjacent windows of ones. The last window reaches into padding.
  const rows = Math.ceil(terms / wanted);
  const image = b.reshape(x, [elementCount(before), terms, elementCount(behind), 1]);
  const sums = b.conv2d(image, b.constant(1, [wanted, 1, 1, 1]), {
    strides: [wanted, 1],
    padding: [0, rows * wanted - terms, 0, 0],
  });
  return b.reshape(sums, [...before, rows, ...behind]);
}

/** A product with a vector, as a sum over a stack of shorter products. */
function stageProduct(
  b: Builder,
  { transposeA, transposeB, shape }: NodeOf<'matmul'>,
  [x, y]: readonly Value[],
  most: number,
): Value | undefined {
  const terms = lengthOf(x, transposeA ? -2 : -1);
  if (terms <= most || (shape.at(-2) !== 1 && shape.at(-1) !== 1)) return undefined;
  const length = divisorOf(terms, most, Math.ceil(most / 8));
  if (length === undefined) {
    // Elementwise products: the vector is reshaped to lie along the summed axis of the other operand.
    const [below, vector, other] = shape.at(-2) === 1 ? [!transposeB, x, y] : [transposeA, y, x];
    const turned = b.reshape(vector, [...vector.shape.slice(0, -2), ...(below ? [terms, 1] : [1, terms])]);
    const products = b.mul(turned, other);
    return stagedSum(b, products, [products.shape.length - (below ? 2 : 1)], shape, most);
  }
  /**
   * `[…, rows, own, length]` for the left operand and `[…, rows, length, own]` for the right one; the last two axes are
   * swapped for a transposed operand.
   */
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
  const products = b.matmul(stack(x, transposeA), stack(y, !transposeB), { transposeA, transposeB });
  return stagedSum(b, products, [products.shape.length - 3], shape, most);
}

/**
 * An average as an average of row averages. All rows of a window have the same number of cells inside the image, so the
 * two are equal.
 */
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

/** The first number on the way from `from` to `to` that divides `terms`. */
function divisorOf(terms: number, from: number, to: number): number | undefined {
  const step = Math.sign(to - from);
  for (let length = from; length !== to + step; length += step) {
    if (terms % length === 0) return length;
    if (step === 0) return undefined;
  }
  return undefined;
}
