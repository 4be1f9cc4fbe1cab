const float = Math.fround;

/**
 * The constants of `normalFromBits`, all float32, for code generators that print the same arithmetic in another language.
 * Polynomials start with their lowest power.
 *
 * Source of `central` and `tail`: Giles 2010, "Approximating the erfinv function", single precision.
 */
export const normalCoefficients = {
  /** The float32 next to -1 towards 0: what a uniform of 0 becomes, so that the inverse error function stays finite. */
  low: float(-1 + 2 ** -24),
  logOf2: float(Math.LN2),
  squareRootOf2: float(Math.SQRT2),
  /** The bits of sqrt(1/2). Counted from there, a float's exponent field changes at sqrt(1/2) times a power of two. */
  bitsOfSquareRootOfHalf: 0x3f3504f3,
  /** log((1 + s) / (1 - s)) / s in s^2: minimax over |s| ≤ 0.1716, with an error of at most 4.2e-8 before rounding. */
  log: [2.0000008, 0.66644069, 0.41518019].map(float),
  /** Where log(1 - x^2) is below this, `tail` holds, else `central`. */
  tailBelow: -5,
  /** erfinv(x) / x in `centralShift - log(1 - x^2)`. */
  central: [
    1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6,
    3.43273939e-7, 2.81022636e-8,
  ].map(float),
  centralShift: -2.5,
  /** erfinv(x) / x in `sqrt(-log(1 - x^2)) - tailShift`. */
  tail: [
    2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322, 0.000100950558,
    -0.000200214257,
  ].map(float),
  tailShift: 3,
} as const;
