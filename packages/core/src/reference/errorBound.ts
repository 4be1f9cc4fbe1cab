import type { ProgramNode, Shape } from '../program/program.js';
import type { Arithmetic } from './arithmetic.js';
import { mapElements } from './elementwise.js';
import { evaluateNode } from './evaluateNode.js';
import {
  isSubnormal,
  overflowThreshold,
  smallestNormal,
  smallestSubnormal,
  unitInLastPlace,
  unitRoundoff,
} from './float32.js';
import { isSum } from './magnitude.js';
import { sumBound } from './sumBound.js';

/** Relative error that a backend's own special functions may have. Their expansion in float32 has the same limit. */
const specialError = 3e-6;

/** Up to this |x| the bound for cosines is smallest. */
const cosineRange = 8192;

/** Units in the last place by which two implementations of the same float32 normal may differ. */
const normalUlps = 4;

/** Error of the float64 functions themselves, relative to the result. */
const referenceError = 2 ** -50;

/**
 * For each element, the largest error that a backend with that arithmetic may have. The error is the distance of its
 * float32 result from `result`, the float64 result of one node on float32 `operands`. Compare with `withinBound`, which
 * also handles overflow and results that are not finite. A bound of infinity permits any result.
 *
 * With `u = 2⁻²⁴` and `ulp(y) = 2^(floor(log₂|y|) − 23)`, and IEEE 754 round-to-nearest arithmetic:
 * - operations that only select or move
 *   (`neg abs max min selectGreater reduceMax maxPool2d reshape transpose broadcast floor round gather concatenate slice pad`):
 *   0; for NaN in `max`, `min` and similar operations: infinity, because standards differ on the maximum of a NaN;
 * - `add sub mul`: `u|y|`, and 2⁻¹⁵⁰ for `mul` (half a unit of the subnormal numbers);
 * - constants, and the number that a pad adds: exactly the rounding of the value;
 * - `exp log sigmoid softplus tanh erf sqrt div`: `max(ulps, ½) · ulp(y)`, with `ulps` as the backend declares, and
 *   2⁻⁵⁰|y| for the reference's own float64 functions; a float64 backend still rounds once, at `read`;
 * - `cos`: `max(ulps, ½) · 2⁻²⁴` for |x| ≤ 8192; beyond that 2⁻²³ |x|, which is the distance of neighbouring numbers,
 *   and at most 2;
 * - sums and contractions: see `sumBound`;
 * - native special functions: 3·10⁻⁶|y|, the limit of core's own expansion too (float64 backends: u|y| and 2⁻⁵⁰|y|),
 *   and 2⁻¹⁴⁹;
 * - noise: uniforms exact, normals 4 ulp.
 *
 * Where subnormal numbers may be flushed, each subnormal operand may be read as 0. The function evaluates the node with
 * such operands to find the effect. Results below 2⁻¹²⁶ may be 0.
 *
 * Throws what `evaluateNode` throws.
 */
export function errorBound(
  node: ProgramNode,
  operands: readonly Float64Array[],
  operandShapes: readonly Shape[],
  result: Float64Array,
  arithmetic: Arithmetic,
): Float64Array {
  const bounds = isSum(node)
    ? sumBound(node, operands, operandShapes, result, arithmetic)
    : pointwiseBound(node, operands, operandShapes, result, arithmetic);
  if (!arithmetic.nonFinite) {
    result.forEach((y, i) => {
      if (!(Math.abs(y) < overflowThreshold)) bounds[i] = Number.POSITIVE_INFINITY;
    });
  }
  return bounds;
}

function pointwiseBound(
  node: ProgramNode,
  operands: readonly Float64Array[],
  shapes: readonly Shape[],
  result: Float64Array,
  arithmetic: Arithmetic,
): Float64Array {
  const rounding = roundingOf(node, operands, arithmetic);
  const flushed = arithmetic.subnormals ? undefined : flushEffect(node, operands, shapes, result);
  return result.map((y, i) => {
    const moved = flushed?.[i] ?? 0;
    if (!Number.isFinite(y)) return Number.isNaN(y) && ignoresNaN(node) ? Number.POSITIVE_INFINITY : moved;
    const rounded = rounding(y, i);
    const underflow = !arithmetic.subnormals && Math.abs(y) - rounded < smallestNormal ? smallestNormal : 0;
    return rounded + moved + (y === 0 && rounded === 0 ? 0 : underflow);
  });
}

/**
 * Whether the operation may ignore a NaN and return another operand, as IEEE 754's `maxNum` does and `maximum` does
 * not.
 */
function ignoresNaN({ op }: ProgramNode): boolean {
  return op === 'max' || op === 'min' || op === 'reduceMax' || op === 'maxPool2d';
}

/** The rounding error of one element, given its float64 value. */
function roundingOf(
  node: ProgramNode,
  operands: readonly Float64Array[],
  { precision, ulps }: Arithmetic,
): (y: number, i: number) => number {
  switch (node.op) {
    case 'add':
    case 'sub':
      return (y) => unitRoundoff * Math.abs(y);
    case 'mul':
      return (y) => unitRoundoff * Math.abs(y) + smallestSubnormal / 2;
    case 'constant':
      return (y) => (Number.isFinite(Math.fround(y)) ? Math.abs(Math.fround(y) - y) : 0);
    case 'exp':
    case 'log':
    case 'sigmoid':
    case 'softplus':
    case 'tanh':
    case 'erf':
    case 'sqrt':
    case 'div': {
      const units = Math.max(ulps[node.op], 0.5);
      return (y) => units * unitInLastPlace(y) + referenceError * Math.abs(y);
    }
    case 'cos': {
      const units = Math.max(ulps.cos, 0.5) * unitRoundoff;
      return (_, i) => {
        const size = Math.abs(operands[0][i]);
        return size <= cosineRange ? units : Math.min(Math.max(units, 2 * unitRoundoff * size), 2);
      };
    }
    case 'pad':
      return (y) => (y === node.value ? Math.abs(Math.fround(y) - y) : 0);
    case 'special': {
      const relative = precision === 'float64' ? unitRoundoff + referenceError : specialError;
      return (y) => relative * Math.abs(y) + smallestSubnormal;
    }
    case 'noise':
      return node.distribution === 'uniform' ? () => 0 : (y) => normalUlps * unitInLastPlace(y);
    default:
      return () => 0;
  }
}

/**
 * How far each element moves when the subnormal numbers of any choice of operands are read as 0; undefined if there are
 * no subnormal numbers. An element of these operations depends on one element of each operand (for a maximum, on the
 * largest). Flushing whole operands therefore covers every way of flushing.
 */
function flushEffect(
  node: ProgramNode,
  operands: readonly Float64Array[],
  shapes: readonly Shape[],
  result: Float64Array,
): Float64Array | undefined {
  const affected = operands.flatMap((values, i) => (values.some(isSubnormal) ? [i] : []));
  if (affected.length === 0) return undefined;
  const flushed = operands.map((values) => mapElements(values, (x) => (isSubnormal(x) ? 0 : x)));
  const effect = new Float64Array(result.length);
  for (let choice = 1; choice < 2 ** affected.length; choice++) {
    const mixed = operands.map((values, i) =>
      (choice >> affected.indexOf(i)) & 1 && affected.includes(i) ? flushed[i] : values,
    );
    evaluateNode(node, mixed, shapes).forEach((y, i) => {
      if (Object.is(y, result[i]) || y === result[i]) return;
      const moved = Math.abs(y - result[i]);
      effect[i] = Math.max(effect[i], Number.isNaN(moved) ? Number.POSITIVE_INFINITY : moved);
    });
  }
  return effect;
}
