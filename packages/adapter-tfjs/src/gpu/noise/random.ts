import * as random from '@vardrop/core/random';
import { type Language, polynomial } from '../language.js';

/**
 * Declares `vUniform` and `vNormal`: element (high, low) of a key's stream, the same as core's `uniform` and `normal`.
 * Words are exact, so uniform numbers are too. Normal numbers depend on how division and square root are rounded.
 */
export function printRandom(l: Language, distribution: 'uniform' | 'normal'): string {
  const words = { k0: 'unsigned', k1: 'unsigned', high: 'unsigned', low: 'unsigned' } as const;
  return [
    l.declare('unsigned', 'vWord', words, threefry(l)),
    ...(distribution === 'uniform'
      ? [
          l.declare('float', 'vUniform', words, [
            `return ${l.toFloat('vWord(k0, k1, high, low) >> 9u')} * ${l.number(2 ** -23)};`,
          ]),
        ]
      : [l.declare('float', 'vNormal', words, normal(l))]),
  ].join('\n');
}

/** `x0 ^ x1` of the Threefry-2x32 block at counter (high, low). */
function threefry(l: Language): string[] {
  const { parity, groups, rotations } = random.threefryConstants;
  const keys = ['k0', 'k1', 'k2'];
  const lines = [
    l.define('unsigned', 'k2', `k0 ^ k1 ^ ${l.unsigned(parity)}`),
    l.variable('unsigned', 'x0', 'high + k0'),
    l.variable('unsigned', 'x1', 'low + k1'),
  ];
  for (let group = 0; group < groups; group++) {
    for (const rotation of rotations[group % 2]) {
      lines.push('x0 = x0 + x1;', `x1 = ((x1 << ${rotation}u) | (x1 >> ${32 - rotation}u)) ^ x0;`);
    }
    lines.push(`x0 = x0 + ${keys[(group + 1) % 3]};`, `x1 = x1 + ${keys[(group + 2) % 3]} + ${l.unsigned(group + 1)};`);
  }
  return [...lines, 'return x0 ^ x1;'];
}

/**
 * The steps of core's `normalFromBits`. `1 − x` and `1 + x` are computed from integers, with the same roundings.
 * Otherwise shader compilers rewrite `(1 − x)(1 + x)` as `(1 + x) − x (1 + x)`, which has no correct digits in a tail.
 */
function normal(l: Language): string[] {
  const c = random.normalCoefficients;
  return [
    l.define('unsigned', 'word', 'vWord(k0, k1, high, low)'),
    l.define('float', 'x', `${l.toFloat('word >> 9u')} * ${l.number(2 ** -22)} + ${l.number(c.low)}`),
    // x is (4 (word >> 9) + 1) 2⁻²⁴ − 1 exactly.
    l.define('unsigned', 'above', '(word >> 9u) * 4u + 1u'),
    l.define('float', 'onePlus', `${l.toFloat('above')} * ${l.number(2 ** -24)}`),
    l.define('float', 'oneMinus', `${l.toFloat(`${l.unsigned(2 ** 25)} - above`)} * ${l.number(2 ** -24)}`),
    l.define('float', 'y', 'oneMinus * onePlus'),
    l.define('unsigned', 'shifted', `${l.bitsOf('y')} - ${l.unsigned(c.bitsOfSquareRootOfHalf)}`),
    l.define('int', 'e', `${l.toInt('shifted')} >> 23u`),
    l.define('float', 'm', l.fromBits(`(shifted & 8388607u) + ${l.unsigned(c.bitsOfSquareRootOfHalf)}`)),
    l.define('float', 's', `(m - ${l.number(1)}) / (m + ${l.number(1)})`),
    l.define('float', 'square', 's * s'),
    l.define('float', 'logarithm', `${l.toFloat('e')} * ${l.number(c.logOf2)} + s * ${polynomial(l, 'square', c.log)}`),
    l.define('float', 'near', `${l.number(c.centralShift)} - logarithm`),
    // Only for the tails. Near 0 the argument may be slightly below 0.
    l.define('float', 'far', `sqrt(max(-logarithm, ${l.number(0)})) - ${l.number(c.tailShift)}`),
    l.define(
      'float',
      'ratio',
      l.select(`logarithm < ${l.number(c.tailBelow)}`, polynomial(l, 'far', c.tail), polynomial(l, 'near', c.central)),
    ),
    `return (ratio * x) * ${l.number(c.squareRootOf2)};`,
  ];
}
