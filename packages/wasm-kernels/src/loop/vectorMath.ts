import type { Op } from '@vardrop/core/program';
import { elementary } from '../elementary.js';
import type { Push, VectorWriter } from '../write/vectorWriter.js';

const { exp: expTerms, log: logTerms, ln2High, ln2Low, sqrtHalfBits } = elementary;
/** 1.5 · 2²³. Adding it to a small number rounds the number to an integer, which is then in the last bits. */
const [roundingShift, roundingShiftBits] = [12582912, 0x4b400000];

/** x = n ln 2 + r; eʳ by polynomial, times 2ⁿ in two factors, so that neither overflows before the product does. */
function exp(v: VectorWriter, argument: Push): Push {
  const { apply, add, sub, mul, number, integer, shift, keep, shallowPolynomial } = v;
  // `pmin` and `pmax` keep a NaN on the left. They are one instruction each; `min` and `max` are ten.
  const x = keep(apply('pmax', apply('pmin', argument, number(elementary.expHighest)), number(elementary.expLowest)));
  const shifted = keep(add(mul(x, number(Math.LOG2E)), number(roundingShift)));
  const n = keep(sub(shifted, number(roundingShift)));
  const r = keep(sub(sub(x, mul(n, number(ln2High))), mul(n, number(ln2Low))));
  const value = keep(add(number(1), add(r, mul(mul(r, r), shallowPolynomial(r, expTerms)))));
  const exponent = keep(apply('i32x4Sub', shifted, integer(roundingShiftBits)));
  const half = keep(shift('shrS', exponent, 1));
  const power = (e: Push) => shift('shl', apply('i32x4Add', e, integer(127)), 23);
  return mul(mul(value, power(half)), power(apply('i32x4Sub', exponent, half)));
}

/** x = 2ᵉ (1 + f) with √½ ≤ 1 + f < √2, for positive, normal x. */
function logOfNormal(v: VectorWriter, x: Push, exponentShift: Push): Push {
  const { apply, add, sub, mul, number, integer, shift, keep, shallowPolynomial } = v;
  const above = keep(apply('i32x4Sub', x, integer(sqrtHalfBits)));
  const exponent = keep(shift('shrS', above, 23));
  const e = keep(add(apply('convert', exponent), exponentShift));
  const f = keep(sub(apply('i32x4Sub', x, shift('shl', exponent, 23)), number(1)));
  const square = keep(mul(f, f));
  const tail = sub(mul(mul(square, f), shallowPolynomial(f, logTerms)), mul(square, number(0.5)));
  return add(mul(e, number(ln2High)), add(f, add(tail, mul(e, number(ln2Low)))));
}

function log(v: VectorWriter, argument: Push): Push {
  const { apply, add, mul, number, select, keep } = v;
  const given = keep(argument);
  const tiny = keep(apply('f32x4Lt', given, number(2 ** -126)));
  const scaled = keep(select(tiny, mul(given, number(2 ** 23)), given));
  const finite = keep(logOfNormal(v, scaled, apply('and', tiny, number(-23))));
  // ∞ and NaN are added, since the answer is x itself. 0 gives −∞. All bits of the answer for a negative number are set: NaN.
  const infinite = apply('andNot', given, apply('f32x4Lt', given, number(Number.POSITIVE_INFINITY)));
  const zero = apply('and', apply('f32x4Eq', given, number(0)), number(Number.NEGATIVE_INFINITY));
  return apply('or', add(finite, add(infinite, zero)), apply('f32x4Lt', given, number(0)));
}

/**
 * The operations that loops compute, given the operands' values. Infinities, NaN and subnormals follow IEEE 754.
 * `selectGreater` gives y if a or b is NaN.
 */
export const vectorOps = {
  neg: (v, x) => v.apply('neg', x),
  abs: (v, x) => v.apply('abs', x),
  sqrt: (v, x) => v.apply('sqrt', x),
  floor: (v, x) => v.apply('floor', x),
  round: (v, x) => v.apply('nearest', x),
  exp,
  log,
  add: (v, x, y) => v.add(x, y),
  sub: (v, x, y) => v.sub(x, y),
  mul: (v, x, y) => v.mul(x, y),
  div: (v, x, y) => v.apply('div', x, y),
  max: (v, x, y) => v.apply('max', x, y),
  min: (v, x, y) => v.apply('min', x, y),
  selectGreater: (v, a, b, x, y) => v.select(v.apply('f32x4Gt', a, b), x, y),
  broadcast: (_, x) => x,
} as const satisfies Partial<Record<Op, (v: VectorWriter, ...operands: Push[]) => Push>>;

/** Names of the operations that loops compute. */
export type VectorOp = keyof typeof vectorOps;

/** Whether loops compute an operation. */
export const isVectorOp = (op: Op): op is VectorOp => op in vectorOps;

/** The larger (smaller) of x and a number that is neither NaN nor 0; NaN if x is NaN. */
export const bounded = (v: VectorWriter, op: 'max' | 'min', x: Push, bound: Push): Push =>
  v.apply(op === 'max' ? 'pmax' : 'pmin', x, bound);
