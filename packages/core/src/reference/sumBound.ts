import type { Shape } from '../program/program.js';
import { accumulationFactor, additions } from './accumulation.js';
import type { Arithmetic } from './arithmetic.js';
import { mapElements } from './elementwise.js';
import { isSubnormal, overflowThreshold, smallestNormal, smallestSubnormal } from './float32.js';
import { isDirected, magnitude, type SumNode } from './magnitude.js';

/** How one element of a sum is computed. */
interface Accumulation {
  /** The most terms that an element has. */
  readonly terms: number;
  /** The most roundings that a term goes through before it is part of the result. */
  readonly roundings: number;
  /** Whether terms are products or quotients, which may underflow, or plain operands. */
  readonly scaled: boolean;
}

function accumulationOf(node: SumNode, shapes: readonly Shape[], result: Float64Array, ulps: number): Accumulation {
  const product = (shape: Shape) => shape.reduce<number>((total, n) => total * (n as number), 1);
  // Each product is rounded once before it is added.
  const products = (terms: number) => ({ terms, roundings: additions(terms) + 1, scaled: true });
  // The division by the count is one rounded operation, or a rounded reciprocal and a product. The bound covers both.
  const quotients = (terms: number) => ({
    terms,
    roundings: additions(terms) + 1 + 2 * Math.max(ulps, 0.5),
    scaled: true,
  });
  const plain = (terms: number) => ({ terms, roundings: additions(terms), scaled: false });
  /** The most windows that read one element of the image. */
  const overlap = (size: readonly number[], strides: readonly number[], dilations: readonly number[] = [1, 1]) =>
    [0, 1].reduce((count, i) => count * Math.ceil((size[i] * divisor(strides[i], dilations[i])) / strides[i]), 1);
  switch (node.op) {
    case 'reduceSum':
      return plain(product(shapes[0]) / result.length);
    case 'matmul':
      return products(shapes[0].at(node.transposeA ? -2 : -1) as number);
    case 'conv2d':
      return products(product(shapes[1].slice(0, 3)));
    case 'conv2dInputGradient':
      return products(
        (overlap(shapes[0] as number[], node.strides, node.dilations) * (shapes[0][3] as number)) / node.groups,
      );
    case 'conv2dFilterGradient':
      return products(product(shapes[1].slice(0, 3)));
    case 'maxPool2dGradient':
      return plain(overlap(node.size, node.strides));
    case 'gatherGradient':
      // Rows are added in the order of the indices, one after the other.
      return { terms: product(shapes[0]), roundings: product(shapes[0]) - 1, scaled: false };
    case 'averagePool2d':
      return quotients(node.size[0] * node.size[1]);
    case 'averagePool2dGradient':
      return quotients(overlap(node.size, node.strides));
  }
}

/**
 * Error bounds of sums and contractions, per element:
 *
 *     factor(n) · S + terms · 2⁻⁵³ · S + underflow,      S = Σ|a||b|
 *
 * `factor` is `accumulationFactor` for the n roundings that a term goes through: `additions`, one more for a product,
 * and those of the division for pooling. The second part is the error of the float64 result itself. Terms count as
 * equal if all operands have the same absolute value. Underflow is half a unit of the subnormal numbers (2⁻¹⁵⁰) for
 * each product. It is 0 for sums, which are exact there. Where subnormals may be flushed, it is 2⁻¹²⁶ for every term
 * and every partial sum, plus the amount by which S shrinks when subnormal operands are read as 0.
 *
 * The bound is infinite in three cases: a partial sum can overflow although the sum does not (S, or the sum before a
 * division, comes near 2¹²⁸); a convolution has operands that are not finite, since padding may or may not meet them as
 * 0 · ∞; the image of a max-pooling gradient contains NaN.
 */
export function sumBound(
  node: SumNode,
  operands: readonly Float64Array[],
  shapes: readonly Shape[],
  result: Float64Array,
  arithmetic: Arithmetic,
): Float64Array {
  const { terms, roundings, scaled } = accumulationOf(node, shapes, result, arithmetic.ulps.div);
  const summed = isDirected(node) ? operands.slice(1) : operands;
  const factor = accumulationFactor(roundings, summed.every(isUniform)) + terms * 2 ** -53;
  const sizes = magnitude(node, operands, shapes, result);
  const lost = arithmetic.subnormals ? undefined : flushedPart(node, operands, shapes, result, sizes);
  const least = arithmetic.subnormals ? (scaled ? (terms * smallestSubnormal) / 2 : 0) : 2 * terms * smallestNormal;
  // An average is divided at its end. Before the division its sum is larger by the number of terms.
  const beforeDivision = node.op === 'averagePool2d' ? terms : 1;
  if (isUndetermined(node, operands)) return new Float64Array(result.length).fill(Number.POSITIVE_INFINITY);
  const determined = neverOverflows(node, operands, terms);
  return result.map((y, i) => {
    if (!Number.isFinite(y)) return determined ? 0 : Number.POSITIVE_INFINITY;
    const size = sizes[i] * beforeDivision;
    if (terms > 1 && size * (1 + factor) >= overflowThreshold) return Number.POSITIVE_INFINITY;
    return factor * sizes[i] + (sizes[i] === 0 && !lost?.[i] ? 0 : least * (1 + factor)) + (lost?.[i] ?? 0);
  });
}

/** The greatest common divisor of two numbers. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** Whether all numbers have the same absolute value. */
function isUniform(values: Float64Array): boolean {
  const size = Math.abs(values[0]);
  return values.every((x) => Math.abs(x) === size);
}

/**
 * How much the sum over absolute values changes when subnormal operands are read as 0; undefined if there are no
 * subnormal operands.
 */
function flushedPart(
  node: SumNode,
  operands: readonly Float64Array[],
  shapes: readonly Shape[],
  result: Float64Array,
  sizes: Float64Array,
): Float64Array | undefined {
  if (!operands.some((values) => values.some(isSubnormal))) return undefined;
  const flushed = operands.map((values) => mapElements(values, (x) => (isSubnormal(x) ? 0 : x)));
  const left = magnitude(node, flushed, shapes, result);
  // Flushing may move an image's maximum, and may turn a number into a row's number. Then either place may get all of
  // the gradient or none of it.
  const moving = isDirected(node) && operands[0].some(isSubnormal);
  return sizes.map((size, i) => {
    if (moving && size !== left[i]) return size + left[i];
    // The difference of two infinities, or of NaN, is NaN. No loss can be measured there.
    const loss = Math.abs(size - left[i]);
    return Number.isNaN(loss) ? 0 : loss;
  });
}

/** Whether standards leave open what infinities and NaN among the operands give. */
function isUndetermined(node: SumNode, operands: readonly Float64Array[]): boolean {
  if (node.op === 'maxPool2dGradient') return operands[0].some(Number.isNaN);
  const convolution = node.op === 'conv2d' || node.op === 'conv2dInputGradient' || node.op === 'conv2dFilterGradient';
  return convolution && operands.some((values) => !values.every(Number.isFinite));
}

/**
 * Whether the finite operands alone can never make a partial sum overflow. A result that is not finite is then the same
 * for every order of summation.
 */
function neverOverflows(node: SumNode, operands: readonly Float64Array[], terms: number): boolean {
  const summed = isDirected(node) ? operands.slice(1) : operands;
  const peak = (values: Float64Array) =>
    values.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
  return summed.reduce((total, values) => total * peak(values), terms) < overflowThreshold;
}
