import type { FunctionWriter, simd } from './wasmWriter.js';

/** Writes instructions that push one vector of four floats. */
export type Push = () => void;

/** Writes instructions on vectors in a straight line. Values computed once are used again. */
export interface VectorWriter {
  apply(opcode: keyof typeof simd, ...operands: Push[]): Push;
  add(a: Push, b: Push): Push;
  sub(a: Push, b: Push): Push;
  mul(a: Push, b: Push): Push;
  xor(a: Push, b: Push): Push;
  number(value: number): Push;
  integer(value: number): Push;
  shift(opcode: 'shl' | 'shrS' | 'shrU', x: Push, count: number): Push;
  select(condition: Push, yes: Push, no: Push): Push;
  /** Computes a value now, for use in several places. */
  keep(value: Push): Push;
  /** Σ terms[i] xⁱ by Horner's rule. */
  polynomial(x: Push, terms: readonly number[]): Push;
  /** The same with a shorter wait, by Estrin's scheme: sums of two terms, then sums of two of these, and so on. */
  shallowPolynomial(x: Push, terms: readonly number[]): Push;
}

/** Vector arithmetic in the function `w`. */
export function createVectorWriter(w: FunctionWriter): VectorWriter {
  const v: VectorWriter = {
    apply:
      (opcode, ...operands) =>
      () => {
        for (const operand of operands) operand();
        w.simd(opcode);
      },
    add: (a, b) => v.apply('add', a, b),
    sub: (a, b) => v.apply('sub', a, b),
    mul: (a, b) => v.apply('mul', a, b),
    xor: (a, b) => v.apply('xor', a, b),
    number: (value) => () => w.floats(value),
    integer: (value) => () => w.integers([value, value, value, value]),
    shift: (opcode, x, count) => () => {
      x();
      w.integer(count);
      w.simd(opcode);
    },
    select: (condition, yes, no) => v.apply('bitselect', yes, no, condition),
    keep(value) {
      const local = w.v128();
      value();
      w.set(local);
      return () => w.get(local);
    },
    polynomial: (x, terms) =>
      terms
        .slice(0, -1)
        .reduceRight<Push>((sum, term) => v.add(v.mul(sum, x), v.number(term)), v.number(terms[terms.length - 1])),
    shallowPolynomial(x, terms) {
      let sums = terms.map((term) => v.number(term));
      let power = x;
      while (sums.length > 1) {
        const pairs = sums.filter((_, i) => i % 2 === 0);
        const last = power;
        sums = pairs.map((even, i) => {
          const odd = sums[2 * i + 1];
          return odd === undefined ? even : v.keep(v.add(even, v.mul(odd, last)));
        });
        if (sums.length > 1) power = v.keep(v.mul(power, power));
      }
      return sums[0];
    },
  };
  return v;
}
