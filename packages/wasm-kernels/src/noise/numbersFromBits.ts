import * as random from '@vardrop/core/random';
import type { Push, VectorWriter } from '../write/vectorWriter.js';
import { type NoiseWriting, type Place, walkBuffer } from './noiseWriting.js';

const { normalCoefficients } = random;
const { low, log, central, centralShift, tail, tailBelow, tailShift, logOf2, squareRootOf2 } = normalCoefficients;
const rootBits = normalCoefficients.bitsOfSquareRootOfHalf;

/** How blocks in the buffer become numbers: passes over the buffer, and the numbers of a place after these. */
export interface Conversion {
  readonly passes: (writing: NoiseWriting) => void;
  readonly finish: (writing: NoiseWriting, place: Place) => Push;
}

/** The upper 23 bits of blocks' words as the mantissas of floats whose sign and exponent are those of `start`. */
const mantissas = (v: VectorWriter, { first, second }: Place, start: number) =>
  v.apply('or', v.shift('shrU', v.xor(first, second), 9), v.number(start));

/**
 * Core's numbers of random words, bit for bit. `uniform` is the upper 23 bits times 2⁻²³. `normal` is `normalFromBits`, with the same
 * operations in the same order.
 */
export const conversions: Readonly<Record<'uniform' | 'normal', Conversion>> = {
  uniform: {
    passes: () => undefined,
    finish: ({ v }, place) => v.keep(v.sub(mantissas(v, place, 1), v.number(1))),
  },
  normal: { passes: logarithmPass, finish: inverseError },
};

/** Writes x = 2u − 1 to the first places and log(1 − x²) to the second ones. */
function logarithmPass(writing: NoiseWriting): void {
  const { apply, add, sub, mul, number, integer, shift, keep, polynomial } = writing.v;
  walkBuffer(writing, 1, ([place]) => {
    const x = keep(add(sub(mantissas(writing.v, place, 2), number(2)), number(low)));
    const above = keep(apply('i32x4Sub', mul(sub(number(1), x), add(number(1), x)), integer(rootBits)));
    const mantissa = keep(apply('i32x4Add', apply('and', above, integer(0x7fffff)), integer(rootBits)));
    const s = keep(apply('div', sub(mantissa, number(1)), add(mantissa, number(1))));
    const exponent = apply('convert', shift('shrS', above, 23));
    place.storeFirst(x);
    place.storeSecond(add(mul(exponent, number(logOf2)), mul(s, polynomial(keep(mul(s, s)), log))));
  });
}

/** √2 erfinv(x) from x and log(1 − x²). */
function inverseError({ w, v }: NoiseWriting, { first, second }: Place): Push {
  const { apply, sub, mul, number, select, keep, polynomial } = v;
  const x = keep(first);
  const logarithm = keep(second);
  const ratio = w.v128();
  polynomial(keep(sub(number(centralShift), logarithm)), central)();
  w.set(ratio);
  const isTail = keep(apply('f32x4Lt', logarithm, number(tailBelow)));
  isTail();
  w.simd('anyTrue');
  // One number in 150 is in a tail, so four rarely are.
  w.when(() => {
    const argument = keep(sub(apply('sqrt', apply('neg', logarithm)), number(tailShift)));
    select(isTail, polynomial(argument, tail), () => w.get(ratio))();
    w.set(ratio);
  });
  return keep(
    mul(
      mul(() => w.get(ratio), x),
      number(squareRootOf2),
    ),
  );
}
