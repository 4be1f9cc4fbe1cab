import type { Arithmetic } from '../../src/special/arithmetic.js';

function roundHalfToEven(x: number): number {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** The arithmetic of JavaScript numbers with float32 constants, every result put through `round`; exp and log also `perturb`. */
function numbers(round: (x: number) => number, perturb: (x: number) => number): Arithmetic<number> {
  return {
    constant: Math.fround,
    neg: (x) => -x,
    abs: Math.abs,
    floor: Math.floor,
    round: roundHalfToEven,
    sqrt: (x) => round(Math.sqrt(x)),
    exp: (x) => perturb(round(Math.exp(x))),
    log: (x) => perturb(round(Math.log(x))),
    add: (a, b) => round(a + b),
    sub: (a, b) => round(a - b),
    mul: (a, b) => round(a * b),
    div: (a, b) => round(a / b),
    max: Math.max,
    min: Math.min,
    selectGreater: (a, b, x, y) => (a > b ? x : y),
  };
}

export const float64 = numbers(
  (x) => x,
  (x) => x,
);

/** The distance from |x| to the next larger float32 number. */
function ulp32(x: number): number {
  const word = new Int32Array(1);
  const value = new Float32Array(word.buffer);
  value[0] = Math.abs(x);
  const below = value[0];
  word[0]++;
  return value[0] - below;
}

/** IEEE float32, but exp and log err by up to `errorInUlps()` more units in the last place. */
export function float32(errorInUlps: () => number = () => 0): Arithmetic<number> {
  return numbers(Math.fround, (x) => (Number.isFinite(x) ? Math.fround(x + errorInUlps() * ulp32(x)) : x));
}

/** Float32 where a product that is added or subtracted is not rounded before, as compilers do it that fuse the two. */
export function fused(): Arithmetic<number> {
  const { fround } = Math;
  const m = float32();
  return {
    constant: m.constant,
    neg: (x) => m.neg(fround(x)),
    abs: (x) => m.abs(fround(x)),
    floor: (x) => m.floor(fround(x)),
    round: (x) => m.round(fround(x)),
    sqrt: (x) => m.sqrt(fround(x)),
    exp: (x) => m.exp(fround(x)),
    log: (x) => m.log(fround(x)),
    add: m.add,
    sub: m.sub,
    mul: (a, b) => fround(a) * fround(b),
    div: (a, b) => m.div(fround(a), fround(b)),
    max: (a, b) => m.max(fround(a), fround(b)),
    min: (a, b) => m.min(fround(a), fround(b)),
    selectGreater: (a, b, x, y) => (fround(a) > fround(b) ? fround(x) : fround(y)),
  };
}

/** Writes each operation once, however often it is used: the list's length is what a program executes. */
export function recorder(): { arithmetic: Arithmetic<string>; operations: Set<string> } {
  const operations = new Set<string>();
  const record =
    (name: string) =>
    (...operands: string[]): string => {
      const text = `${name}(${operands.join(',')})`;
      operations.add(text);
      return text;
    };
  const arithmetic: Arithmetic<string> = {
    constant: String,
    neg: record('neg'),
    abs: record('abs'),
    floor: record('floor'),
    round: record('round'),
    sqrt: record('sqrt'),
    exp: record('exp'),
    log: record('log'),
    add: record('add'),
    sub: record('sub'),
    mul: record('mul'),
    div: record('div'),
    max: record('max'),
    min: record('min'),
    selectGreater: record('selectGreater'),
  };
  return { arithmetic, operations };
}
