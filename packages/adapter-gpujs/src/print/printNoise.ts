import type { NodeId, NodeOf } from '@vardrop/core/program';
import * as random from '@vardrop/core/random';
import { printPolynomial, printSplit } from './functions.js';
import { threefryFunctions } from './threefry.js';
import type { Writer } from './writer.js';

/**
 * The expression of a noise node at this thread: core's number of the same stream, up to rounding.
 *
 * @param stream the input that tells which stream to read
 * @param index the number of the element in its tensor
 */
export function printNoise(writer: Writer, { distribution }: NodeOf<'noise'>, stream: NodeId, index: string): string {
  const halves = Array.from({ length: 8 }, (_, i) => writer.read(stream, `${i}`));
  for (const each of threefryFunctions(writer.mode)) writer.call(each);
  const upper = writer.define(`threefry(${halves.join(', ')}, ${index})`);
  if (distribution === 'uniform') return `${upper} * ${writer.number(2 ** -23)}`;
  return printNormal(writer, upper);
}

/**
 * core's `normalFromBits`, of the upper 23 bits of a word. Cards may fuse products and sums, and their quotients and
 * roots may be off by 2.5 units in the last place. Remainders correct these, so that no number is off by more than 3
 * units.
 */
function printNormal(writer: Writer, upper: string): string {
  const { low, logOf2, squareRootOf2, log, tailBelow, central, centralShift, tail, tailShift } =
    random.normalCoefficients;
  const number = (value: number) => writer.number(value);
  const x = writer.define(`${upper} * ${number(2 ** -22)} + ${number(low)}`);
  // 1 + x and 1 − x times 2²⁴. Not computed from x: compilers of shaders would merge the 1 with the constant in x.
  const above = writer.define(`${upper} * ${number(4)} + ${number(1)}`);
  const below = writer.define(`threefryRest(${upper})`);
  const square = writer.define(`(${below} * ${number(2 ** -24)}) * (${above} * ${number(2 ** -24)})`);
  const { mantissa, exponent } = printSplit(writer, square, { below: 16 });
  const [numerator, denominator] = [`${mantissa} - ${number(1)}`, `${mantissa} + ${number(1)}`].map((each) =>
    writer.define(each),
  );
  const quotient = writer.define(`${numerator} / ${denominator}`);
  const s = writer.define(`${quotient} + (${numerator} - ${quotient} * ${denominator}) / ${denominator}`);
  const s2 = writer.define(`${s} * ${s}`);
  const logarithm = writer.define(`${exponent} * ${number(logOf2)} + ${s} * ${printPolynomial(writer, s2, log)}`);
  const ratio = writer.fresh('r');
  const inner = writer.define(`${number(centralShift)} - ${logarithm}`);
  writer.line(`let ${ratio} = ${printPolynomial(writer, inner, central)};`);
  writer.line(`if (${logarithm} < ${number(tailBelow)}) {`);
  const root = writer.define(`Math.sqrt(-${logarithm})`);
  const rest = writer.define(`-${logarithm} - ${root} * ${root}`);
  const outer = writer.define(`(${root} + ${rest} / (${number(2)} * ${root})) - ${number(tailShift)}`);
  writer.line(`${ratio} = ${printPolynomial(writer, outer, tail)};`);
  writer.line('}');
  return `${ratio} * ${x} * ${number(squareRootOf2)}`;
}
