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
  };
  return v;
}
