import { normalCoefficients } from './normalCoefficients.js';

const float = Math.fround;
const floatView = new Float32Array(1);
const wordView = new Int32Array(floatView.buffer);

const { low, logOf2, squareRootOf2, bitsOfSquareRootOfHalf, tailBelow, centralShift, tailShift } = normalCoefficients;
const [log0, log1, log2] = normalCoefficients.log;
const [central0, central1, central2, central3, central4, central5, central6, central7, central8] =
  normalCoefficients.central;
const [tail0, tail1, tail2, tail3, tail4, tail5, tail6, tail7, tail8] = normalCoefficients.tail;

/** erfinv(x) / x for -log(1 - x^2) < 5, in v = -log(1 - x^2) - 5/2. */
function central(v: number): number {
  let sum = float(float(central8 * v) + central7);
  sum = float(float(sum * v) + central6);
  sum = float(float(sum * v) + central5);
  sum = float(float(sum * v) + central4);
  sum = float(float(sum * v) + central3);
  sum = float(float(sum * v) + central2);
  sum = float(float(sum * v) + central1);
  sum = float(float(sum * v) + central0);
  return sum;
}

/** erfinv(x) / x for the tails, in v = sqrt(-log(1 - x^2)) - 3. */
function tail(v: number): number {
  let sum = float(float(tail8 * v) + tail7);
  sum = float(float(sum * v) + tail6);
  sum = float(float(sum * v) + tail5);
  sum = float(float(sum * v) + tail4);
  sum = float(float(sum * v) + tail3);
  sum = float(float(sum * v) + tail2);
  sum = float(float(sum * v) + tail1);
  sum = float(float(sum * v) + tail0);
  return sum;
}

/** Natural logarithm of a positive normal float32, in float32 operations that round the same everywhere. */
function log(y: number): number {
  floatView[0] = y;
  const shifted = (wordView[0] - bitsOfSquareRootOfHalf) | 0;
  const exponent = shifted >> 23;
  wordView[0] = (shifted & 0x7fffff) + bitsOfSquareRootOfHalf;
  const m = floatView[0]; // in [sqrt(1/2), sqrt(2)), so |s| ≤ 0.1716
  const s = float(float(m - 1) / float(m + 1));
  const square = float(s * s);
  let sum = float(float(square * log2) + log1);
  sum = float(float(sum * square) + log0);
  return float(float(exponent * logOf2) + float(s * sum));
}

/**
 * The standard normal number of a random word: `sqrt(2) erfinv(x)` with `x = 2u - 1`, u the word's upper 23 bits times 2^-23.
 * Finite for every word; at most 3.34 units in the last place from Giles's polynomials in exact arithmetic, and 4.4 from
 * `sqrt(2) erfinv(x)` itself.
 *
 * Uses only float32 additions, subtractions, multiplications, divisions and square roots, which every machine rounds alike.
 * Logarithms of platforms differ. `1 - x^2` is written `(1 - x)(1 + x)`, which has no cancellation.
 *
 * Source: Giles 2010, "Approximating the erfinv function", single precision.
 *
 * @param word a random word, int32 or uint32
 * @returns a float32
 */
export function normalFromBits(word: number): number {
  // 2u + low, rounded once. `low` replaces x = -1.
  const x = float((word >>> 9) * 2 ** -22 + low);
  const y = float(float(1 - x) * float(1 + x));
  const logarithm = log(y);
  const ratio =
    logarithm < tailBelow
      ? tail(float(float(Math.sqrt(float(-logarithm))) - tailShift))
      : central(float(centralShift - logarithm));
  return float(float(ratio * x) * squareRootOf2);
}
