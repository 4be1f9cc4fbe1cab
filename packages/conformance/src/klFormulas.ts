import { dawson, logUniformKl } from '@vardrop/core/reference';

/**
 * A KL and its derivative with respect to log α (or to the variable that replaces it), each with the size of its terms.
 */
export interface KlPoint {
  readonly value: number;
  readonly derivative: number;
  /** Sum of the absolute values of the terms of `value`. */
  readonly valueTerms: number;
  /** The same for `derivative`. */
  readonly derivativeTerms: number;
}

const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** KL forms for the log-uniform and ARD priors in float64, as functions of log α, directly from their papers. */
export const klFormulas: Readonly<Record<'exact' | 'cubic' | 'sigmoid' | 'ard', (logAlpha: number) => KlPoint>> = {
  /** `2 ∫₀ˢ D(u) du`, derivative `−s D(s)`, s = 1/√(2α). */
  exact(logAlpha) {
    const s = Math.exp(-0.5 * logAlpha) * Math.SQRT1_2;
    const value = logUniformKl(s);
    const derivative = -s * dawson(s);
    return { value, derivative, valueTerms: value, derivativeTerms: -derivative };
  },
  /** Kingma, Salimans & Welling 2015, shifted by (γ_E + ln 2)/2 to the scale of the exact KL. */
  cubic(logAlpha) {
    const alpha = Math.exp(logAlpha);
    const terms = [0.5 * logAlpha, 1.16145124 * alpha, -1.50204118 * alpha ** 2, 0.58629921 * alpha ** 3];
    const slopes = [0.5, terms[1], 2 * terms[2], 3 * terms[3]];
    return {
      value: 0.635181422730739 - sum(terms),
      derivative: -sum(slopes),
      valueTerms: 0.635181422730739 + sum(terms.map(Math.abs)),
      derivativeTerms: sum(slopes.map(Math.abs)),
    };
  },
  /** Molchanov, Ashukha & Vetrov 2017, section 4.2. */
  sigmoid(logAlpha) {
    const [k1, k2, k3] = [0.63576, 1.8732, 1.48695];
    const argument = k2 + k3 * logAlpha;
    // k₁ − k₁ σ(x) = k₁ σ(−x).
    const saturation = k1 * sigmoid(-argument);
    const logarithm = 0.5 * Math.log1p(Math.exp(-logAlpha));
    const slopes = [k3 * saturation * sigmoid(argument), 0.5 * sigmoid(-logAlpha)];
    const derivative = -sum(slopes);
    return {
      value: saturation + logarithm,
      derivative,
      valueTerms: saturation + logarithm,
      // Per unit of log α, the slope of the sigmoid changes by at most k₃ times itself.
      derivativeTerms: k3 * slopes[0] + slopes[1],
    };
  },
  /** Kharitonov, Molchanov & Vetrov 2018: ½ log(1 + 1/α). */
  ard(logAlpha) {
    const value = 0.5 * Math.log1p(Math.exp(-logAlpha));
    const derivative = -0.5 * sigmoid(-logAlpha);
    return { value, derivative, valueTerms: value, derivativeTerms: -derivative };
  },
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
