import type { BinaryOp, UnaryOp } from '@vardrop/core/program';
import { elementary } from '../../elementary.js';
import type { FunctionWriter, Local, simd } from '../wasmWriter.js';

/** Writes instructions that push one vector of four floats. */
type Push = () => void;

/** Functions of one operand that loops compute. */
type VectorUnaryOp = Extract<UnaryOp, 'neg' | 'abs' | 'sqrt' | 'exp' | 'log'>;

/** Arithmetic on vectors of four floats, written into a function. Infinities, NaN and subnormals are those of IEEE 754. */
export interface VectorMath {
  unary(op: VectorUnaryOp, x: Local): Push;
  binary(op: BinaryOp, x: Local, y: Local): Push;
  /** The larger (smaller) of x and a number that is neither NaN nor 0; NaN where x is. */
  bounded(op: 'max' | 'min', x: Local, bound: Local): Push;
  /** `a > b ? x : y`; y where a or b is NaN. */
  selectGreater(a: Local, b: Local, x: Local, y: Local): Push;
}

const { exp: expTerms, log: logTerms, ln2High, ln2Low, sqrtHalfBits } = elementary;
/** 1.5 · 2²³: a small number added to it is rounded to an integer, which its last bits then hold. */
const [roundingShift, roundingShiftBits] = [12582912, 0x4b400000];

/** Vector arithmetic in the function `w`, for one straight line of instructions: values computed once are used again. */
export function createVectorMath(w: FunctionWriter): VectorMath {
  const apply =
    (opcode: keyof typeof simd, ...operands: Push[]): Push =>
    () => {
      for (const operand of operands) operand();
      w.simd(opcode);
    };
  const add = (a: Push, b: Push) => apply('add', a, b);
  const sub = (a: Push, b: Push) => apply('sub', a, b);
  const mul = (a: Push, b: Push) => apply('mul', a, b);
  const get =
    (local: Local): Push =>
    () =>
      w.get(local);
  const number =
    (value: number): Push =>
    () =>
      w.floats(value);
  const integer =
    (value: number): Push =>
    () =>
      w.integers([value, value, value, value]);
  const shift =
    (opcode: 'shl' | 'shrS', x: Push, count: number): Push =>
    () => {
      x();
      w.integer(count);
      w.simd(opcode);
    };
  const select = (condition: Push, yes: Push, no: Push) => apply('bitselect', yes, no, condition);
  /** Computes a value now, for use in several places. */
  const keep = (value: Push): Push => {
    const local = w.v128();
    value();
    w.set(local);
    return get(local);
  };
  /** Σ terms[i] xⁱ by Horner's rule. */
  const polynomial = (x: Push, terms: readonly number[]): Push =>
    terms
      .slice(0, -1)
      .reduceRight<Push>((sum, term) => add(mul(sum, x), number(term)), number(terms[terms.length - 1]));

  /** x = n ln 2 + r; eʳ by polynomial, times 2ⁿ in two factors, so that neither overflows before the product does. */
  const exp = (argument: Push): Push => {
    // `pmin` and `pmax` keep a NaN on the left, and are one instruction where `min` and `max` are ten.
    const x = keep(apply('pmax', apply('pmin', argument, number(elementary.expHighest)), number(elementary.expLowest)));
    const shifted = keep(add(mul(x, number(Math.LOG2E)), number(roundingShift)));
    const n = keep(sub(shifted, number(roundingShift)));
    const r = keep(sub(sub(x, mul(n, number(ln2High))), mul(n, number(ln2Low))));
    const value = keep(add(number(1), add(r, mul(mul(r, r), polynomial(r, expTerms)))));
    const exponent = keep(apply('i32x4Sub', shifted, integer(roundingShiftBits)));
    const half = keep(shift('shrS', exponent, 1));
    const power = (e: Push) => shift('shl', apply('i32x4Add', e, integer(127)), 23);
    return mul(mul(value, power(half)), power(apply('i32x4Sub', exponent, half)));
  };

  /** x = 2ᵉ (1 + f) with √½ ≤ 1 + f < √2, for positive, normal x. */
  const logOfNormal = (x: Push, exponentShift: Push): Push => {
    const above = keep(apply('i32x4Sub', x, integer(sqrtHalfBits)));
    const exponent = keep(shift('shrS', above, 23));
    const e = keep(add(apply('convert', exponent), exponentShift));
    const f = keep(sub(apply('i32x4Sub', x, shift('shl', exponent, 23)), number(1)));
    const square = keep(mul(f, f));
    const tail = sub(mul(mul(square, f), polynomial(f, logTerms)), mul(square, number(0.5)));
    return add(mul(e, number(ln2High)), add(f, add(tail, mul(e, number(ln2Low)))));
  };

  const log = (argument: Push): Push => {
    const given = keep(argument);
    const tiny = keep(apply('f32x4Lt', given, number(2 ** -126)));
    const scaled = keep(select(tiny, mul(given, number(2 ** 23)), given));
    const finite = keep(logOfNormal(scaled, apply('and', tiny, number(-23))));
    // x itself is the answer where x is ∞ or NaN; 0 gives −∞ and what lies below gives NaN.
    const upper = keep(select(apply('f32x4Lt', given, number(Number.POSITIVE_INFINITY)), finite, given));
    const zero = keep(select(apply('f32x4Eq', given, number(0)), number(Number.NEGATIVE_INFINITY), upper));
    return select(apply('f32x4Lt', given, number(0)), number(Number.NaN), zero);
  };

  const unaryOps: Readonly<Record<VectorUnaryOp, (x: Push) => Push>> = {
    neg: (x) => apply('neg', x),
    abs: (x) => apply('abs', x),
    sqrt: (x) => apply('sqrt', x),
    exp,
    log,
  };

  return {
    unary: (op, x) => unaryOps[op](get(x)),
    binary: (op, x, y) => apply(op, get(x), get(y)),
    bounded: (op, x, bound) => apply(op === 'max' ? 'pmax' : 'pmin', get(x), get(bound)),
    selectGreater: (a, b, x, y) => select(apply('f32x4Gt', get(a), get(b)), get(x), get(y)),
  };
}
