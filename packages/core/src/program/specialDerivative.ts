import { VardropError } from '../errors.js';
import type { Builder, Value } from './builder.js';
import type { SpecialFunction } from './program.js';

/** The derivative of y = f(x), elementwise. */
export function specialDerivative(b: Builder, name: SpecialFunction, x: Value, y: Value): Value {
  switch (name) {
    case 'logUniformKl':
      return b.mul(2, b.special('dawson', x));
    case 'dawson':
      return dawsonDerivative(b, x, y);
    case 'lgamma':
      return b.special('digamma', x);
    case 'digamma':
      return b.special('trigamma', x);
    case 'trigamma':
      throw new VardropError(
        'VARDROP_NOT_DIFFERENTIABLE',
        '[differentiate] trigamma: third derivatives of lgamma are not available. Use stopGradient.',
      );
    case 'normalQuantile':
      // 1 / φ(y)
      return b.mul(Math.sqrt(2 * Math.PI), b.exp(b.mul(0.5, b.square(y))));
    case 'logNormalCdf':
      return b.special('inverseMillsRatio', x);
    case 'inverseMillsRatio':
      return b.neg(b.mul(y, hazardExcess(b, x, y)));
  }
}

/** From this size on the series of `dawsonDerivative` holds to 3e-8, relatively; below, the difference to 8e-6. */
const SERIES = 8;
/** (2k − 1)!! / 2ᵏ for k = 1 … 6. */
const terms = [0.5, 0.75, 1.875, 6.5625, 29.53125, 162.421875];

/** `1 − 2xD(x)`, which cancels for large |x|: there `−Σ (2k − 1)!! / (2x²)ᵏ` (Abramowitz & Stegun 1964, 7.1.23). */
function dawsonDerivative(b: Builder, x: Value, y: Value): Value {
  const size = b.abs(x);
  const large = b.selectGreater(size, SERIES, size, SERIES);
  const inverse = b.div(1, b.mul(large, large));
  const sum = terms.reduceRight<Value | undefined>(
    (rest, term) => b.mul(inverse, rest === undefined ? term : b.add(term, rest)),
    undefined,
  ) as Value;
  return b.selectGreater(size, SERIES, b.neg(sum), b.sub(1, b.mul(b.mul(2, x), y)));
}

/** From this distance to the left the continued fraction of `hazardExcess` holds to 3e-8, relatively. */
const FRACTION = 4;
/** Steps of the fraction. */
const steps = 12;

/**
 * `x + φ(x)/Φ(x)`, which cancels to the left: there, with t = −x, `1/(t + 2/(t + 3/(t + …)))` (Laplace's continued
 * fraction of Mills' ratio; Abramowitz & Stegun 1964, 26.2.14).
 */
function hazardExcess(b: Builder, x: Value, y: Value): Value {
  const t = b.neg(x);
  const far = b.selectGreater(t, FRACTION, t, FRACTION);
  let fraction = far;
  for (let k = steps; k > 1; k--) fraction = b.add(far, b.div(k, fraction));
  return b.selectGreater(t, FRACTION, b.div(1, fraction), b.add(x, y));
}
