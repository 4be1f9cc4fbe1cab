const float = Math.fround;
const floatView = new Float32Array(1);
const wordView = new Int32Array(floatView.buffer);

/** The float32 next to -1 towards 0: what a uniform of 0 becomes, so that the inverse error function stays finite. */
const low = float(-1 + 2 ** -24);
const logOf2 = float(Math.LN2);
const squareRootOf2 = float(Math.SQRT2);
/** The bits of sqrt(1/2). Counted from there, a float's exponent field changes at sqrt(1/2) times a power of two. */
const bitsOfSquareRootOfHalf = 0x3f3504f3;

/** The odd minimax polynomial for log((1 + s) / (1 - s)) over |s| ≤ 0.1716: off by at most 4.2e-8, rounding aside. */
const log0 = float(2.0000008);
const log1 = float(0.66644069);
const log2 = float(0.41518019);

const central8 = float(2.81022636e-8);
const central7 = float(3.43273939e-7);
const central6 = float(-3.5233877e-6);
const central5 = float(-4.39150654e-6);
const central4 = float(0.00021858087);
const central3 = float(-0.00125372503);
const central2 = float(-0.00417768164);
const central1 = float(0.246640727);
const central0 = float(1.50140941);

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

const tail8 = float(-0.000200214257);
const tail7 = float(0.000100950558);
const tail6 = float(0.00134934322);
const tail5 = float(-0.00367342844);
const tail4 = float(0.00573950773);
const tail3 = float(-0.0076224613);
const tail2 = float(0.00943887047);
const tail1 = float(1.00167406);
const tail0 = float(2.83297682);

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
 * The standard normal number that a random word stands for: `sqrt(2) erfinv(x)` with `x = 2u - 1`, u the word's upper
 * 23 bits times 2^-23. Finite for every word; at most 3.34 units in the last place from the definition in exact
 * arithmetic.
 *
 * Made of float32 additions, subtractions, multiplications, divisions and square roots only, which every machine
 * rounds alike: the platform's own logarithm does not. `1 - x^2` is written `(1 - x)(1 + x)`, which has no cancellation.
 *
 * Source: Giles 2010, "Approximating the erfinv function", single precision.
 *
 * @param word a random word, int32 or uint32
 * @returns a float32
 */
export function normalFromBits(word: number): number {
  // 2u + low, rounded once; low is what x = -1 is replaced by.
  const x = float((word >>> 9) * 2 ** -22 + low);
  const y = float(float(1 - x) * float(1 + x));
  const logarithm = log(y);
  const ratio =
    logarithm < -5 ? tail(float(float(Math.sqrt(float(-logarithm))) - 3)) : central(float(-2.5 - logarithm));
  return float(float(ratio * x) * squareRootOf2);
}
