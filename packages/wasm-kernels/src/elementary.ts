/**
 * Coefficients of elementary functions in float32: minimax polynomials, lowest power first, for the stated intervals.
 * Each error is the function's error if the arithmetic is exact.
 */
export const elementary = {
  /** (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2: 0.05 ulp. */
  exp: [0.49999994, 0.1666652, 0.041668393, 0.008368781, 0.0013814465],
  /** (log(1 + f) − f + f²/2) / f³ for √½ ≤ 1 + f ≤ √2: 0.1 ulp. */
  log: [
    0.3333333134651184, -0.250008225440979, 0.20001228153705597, -0.1662333458662033, 0.14201723039150238,
    -0.13160377740859985, 0.12761935591697693, -0.07634418457746506,
  ],
  /** ln 2 in two parts. Products of the first part with integers below 2⁹ are exact. */
  ln2High: 0.693145751953125,
  ln2Low: 1.42860682030941e-6,
  /** The bits of √½. */
  sqrtHalfBits: 0x3f3504f3,
  /** Beyond these bounds e^x is 0 or infinite in float32. */
  expLowest: -104,
  expHighest: 89,
} as const;
