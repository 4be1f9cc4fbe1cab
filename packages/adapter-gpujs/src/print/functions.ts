import type { Writer } from './writer.js';

/** A polynomial in `x`, coefficients of the lowest power first, by Horner's rule. */
export const printPolynomial = (writer: Writer, x: string, coefficients: readonly number[]): string =>
  coefficients.reduceRight(
    (inner, each) => (inner ? `(${writer.number(each)} + ${x} * ${inner})` : writer.number(each)),
    '',
  );

/** ln 2 in two parts, of which the first has so few digits that a small integer times it is exact. */
const [ln2High, ln2Low] = [0.693145751953125, 1.4286067653302e-6];

/** e^x as 2ⁿ eʳ with |r| ≤ ½ ln 2: Taylor's series, and powers of two by multiplication, both exact to their rounding. */
export function printExp(writer: Writer, x: string): string {
  const number = (value: number) => writer.number(value);
  // Beyond these bounds the result is 0 or infinite anyway.
  const bounded = writer.define(`Math.max(${number(-110)}, Math.min(${number(90)}, ${x}))`);
  const n = writer.define(`Math.floor(${bounded} * ${number(Math.LOG2E)} + ${number(0.5)})`);
  const r = writer.define(`(${bounded} - ${n} * ${number(ln2High)}) - ${n} * ${number(ln2Low)}`);
  const result = writer.fresh('e');
  writer.line(
    `let ${result} = ${printPolynomial(writer, r, [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040])};`,
  );
  const left = writer.fresh('n');
  writer.line(`let ${left} = Math.abs(${n});`);
  for (const power of [128, 64, 32, 16, 8, 4, 2, 1]) {
    // 2¹²⁸ itself is not a number of float32.
    const step = power === 128 ? 64 : power;
    const factor = `(${n} < ${number(0)} ? ${number(2 ** -step)} : ${number(2 ** step)})`;
    const twice = power === 128 ? ` * ${factor}` : '';
    writer.line(
      `if (${left} >= ${number(power)}) { ${result} = ${result} * ${factor}${twice}; ${left} = ${left} - ${number(power)}; }`,
    );
  }
  return result;
}

/**
 * m from √½ to √2 and e such that x = 2ᵉ m, found by multiplication.
 *
 * @param reach the largest power of two in e, for x below 1 and for x above; 0 where x never lies there
 */
export function printSplit(
  writer: Writer,
  x: string,
  { below = 0, above = 0 }: { readonly below?: number; readonly above?: number },
): { readonly mantissa: string; readonly exponent: string } {
  const number = (value: number) => writer.number(value);
  const [m, e] = [writer.fresh('m'), writer.fresh('e')];
  writer.line(`let ${m} = ${x};`);
  writer.line(`let ${e} = ${number(0)};`);
  for (const power of [64, 32, 16, 8, 4, 2, 1]) {
    const scaled = (sign: number) =>
      `{ ${m} = ${m} * ${number(2 ** (-sign * power))}; ${e} = ${e} + ${number(sign * power)}; }`;
    if (power <= above) writer.line(`if (${m} >= ${number(2 ** power)}) ${scaled(1)}`);
    if (power <= below) writer.line(`if (${m} < ${number(2 ** (1 - power))}) ${scaled(-1)}`);
  }
  writer.line(`if (${m} >= ${number(Math.SQRT2)}) { ${m} = ${m} * ${number(0.5)}; ${e} = ${e} + ${number(1)}; }`);
  return { mantissa: m, exponent: e };
}

/** log(2ᵉ m) = e ln 2 + 2 artanh((m − 1) / (m + 1)). */
export function printLog(writer: Writer, x: string): string {
  const number = (value: number) => writer.number(value);
  const { mantissa: m, exponent: e } = printSplit(writer, x, { below: 64, above: 64 });
  const y = writer.define(`(${m} - ${number(1)}) / (${m} + ${number(1)})`);
  const square = writer.define(`${y} * ${y}`);
  const tail = printPolynomial(writer, square, [1 / 3, 1 / 5, 1 / 7, 1 / 9, 1 / 11]);
  const small = writer.define(
    `${number(2)} * ${y} + (${number(2)} * ${y} * ${square} * ${tail} + ${e} * ${number(ln2Low)})`,
  );
  return `(${x} > ${number(0)} ? ${e} * ${number(ln2High)} + ${small} : ${number(-Infinity)})`;
}

/** The nearest whole number, of two the even one. What is rounded is the distance from the whole number below, which no rounding takes past ½. */
export function printRound(writer: Writer, x: string): string {
  const half = writer.number(0.5);
  const below = writer.define(`Math.floor(${x})`);
  const rest = writer.define(`Math.fround(${x} - ${below})`);
  const odd = `${below} - ${writer.number(2)} * Math.floor(${below} * ${half}) > ${half}`;
  return `(${rest} > ${half} || (${rest} === ${half} && ${odd}) ? ${below} + ${writer.number(1)} : ${below})`;
}
