import type { Op } from '@vardrop/core/program';
import { elementary } from '@vardrop/wasm-kernels';
import { type Language, polynomial } from '../language.js';

/** Elementary functions that shading languages have, but with too little accuracy. */
const names = { exp: 'vExp', log: 'vLog' } as const;

/** The call of a function that `printFunctions` declares. */
export const callOf = (name: keyof typeof names, x: string) => `${names[name]}(${x})`;

/** Declarations of the functions that some operations need. */
export const printFunctions = (language: Language, wanted: ReadonlySet<Op>): string =>
  [
    ...(wanted.has('exp') ? [powerOfTwo(language), exp(language)] : []),
    ...(wanted.has('log') ? [log(language)] : []),
  ].join('\n');

const powerOfTwo = (l: Language) =>
  l.declare('float', 'vPowerOfTwo', { n: 'int' }, [`return ${l.fromBits(`${l.toUnsigned('n + 127')} << 23u`)};`]);

/** x = n ln 2 + r; eʳ by polynomial, times 2ⁿ in two factors, so that neither overflows before the product does. */
function exp(l: Language): string {
  const { ln2High, ln2Low, expLowest, expHighest } = elementary;
  return l.declare('float', names.exp, { x: 'float' }, [
    l.define('float', 'c', `max(min(x, ${l.number(expHighest)}), ${l.number(expLowest)})`),
    l.define('float', 'n', `floor(c * ${l.number(Math.LOG2E)} + ${l.number(0.5)})`),
    l.define('float', 'r', `(c - n * ${l.number(ln2High)}) - n * ${l.number(ln2Low)}`),
    l.define('float', 'v', `${l.number(1)} + (r + (r * r) * ${polynomial(l, 'r', elementary.exp)})`),
    l.define('int', 'whole', l.toInt('n')),
    l.define('int', 'part', 'whole >> 1u'),
    // Minimum and maximum may drop NaN.
    `return ${l.select('isnan(x)', 'x', '(v * vPowerOfTwo(part)) * vPowerOfTwo(whole - part)')};`,
  ]);
}

/** x = 2ᵉ (1 + f) with √½ ≤ 1 + f < √2. */
function log(l: Language): string {
  const { ln2High, ln2Low, sqrtHalfBits } = elementary;
  const smallestNormal = 2 ** -126;
  return l.declare('float', names.log, { x: 'float' }, [
    l.define('float', 's', l.select(`x < ${l.number(smallestNormal)}`, `x * ${l.number(2 ** 23)}`, 'x')),
    l.define('float', 'lift', l.select(`x < ${l.number(smallestNormal)}`, l.number(23), l.number(0))),
    l.define('unsigned', 'bits', l.bitsOf('s')),
    l.define('int', 'n', `${l.toInt(`bits - ${l.unsigned(sqrtHalfBits)}`)} >> 23u`),
    l.define('float', 'e', `${l.toFloat('n')} - lift`),
    l.define('float', 'f', `${l.fromBits(`bits - (${l.toUnsigned('n')} << 23u)`)} - ${l.number(1)}`),
    l.define('float', 'square', 'f * f'),
    l.define('float', 'tail', `(square * f) * ${polynomial(l, 'f', elementary.log)} - square * ${l.number(0.5)}`),
    l.define('float', 'y', `e * ${l.number(ln2High)} + (f + (tail + e * ${l.number(ln2Low)}))`),
    l.define('float', 'upper', l.select(`x < ${l.infinity}`, 'y', 'x')),
    `return ${l.select('s > 0.0', 'upper', l.select('s == 0.0', `-${l.infinity}`, l.nan))};`,
  ]);
}
