import { checkNoOptions, type NoOptions } from '../noOptions.js';
import type { Builder, Value } from '../program/builder.js';
import { withRecipe } from '../recipe.js';
import { type Estimator, scaleInputs } from './estimator.js';

/** The smallest normal float32. */
const smallest = 2 ** -126;

/**
 * The local reparametrization trick (Kingma, Salimans & Welling 2015, eq. 6): weight noise becomes noise of the
 * pre-activations, `γ + √δ ζ` with `γ = aμ` and `δ = a²σ²`, ζ ~ N(0, 1) for each datapoint and unit. For noise on the inputs it
 * is one factor for each datapoint and unit. In convolutions ζ is drawn for each output location, which has the marginal mean
 * and variance of one random filter, but not its covariance between locations. It has no options and throws `VARDROP_OPTION` if
 * it is given any.
 */
export function localReparametrization(options: NoOptions = {}): Estimator {
  checkNoOptions('local', options);
  return withRecipe('localReparametrization', options, {
    name: 'local',
    preActivations: true,
    refuses: () => undefined,
    apply(context) {
      const { builder: b, linear, noise, x, parameters, draw } = context;
      if (noise.acts === 'inputs') return scaleInputs({ ...context, noise }, 'batch');
      const { mean, variance } = noise.moments(b, parameters);
      const gamma = b.label(linear.apply(b, x, mean), 'gamma');
      const squares = linear.applyScaled === undefined ? squareOf(b, x) : x;
      const delta = b.label(linear.apply(b, squares, halvedGradient(b, variance)), 'delta');
      return b.add(gamma, deviate(b, delta, draw('normal', 'zeta', gamma.shape)));
    },
  });
}

// d√δ/dδ = √δ/2δ has a factor ½, and da²/da = 2a a factor 2. Both are omitted: twice the gradient in δ flows back through δ. So
// neither factor is multiplied onto the units of every datapoint, and only the gradient in σ² is halved.

/** `√δ ζ`, which passes twice its gradient back to δ. The gradient is 0 at δ = 0, and too small below 2⁻¹²⁶. */
function deviate(b: Builder, delta: Value, zeta: Value): Value {
  const noise = b.mul(b.sqrt(delta), zeta);
  return b.withDerivative(noise, [[delta, b.div(noise, b.max(delta, smallest))]]);
}

/** a², for gradients that arrive doubled. */
function squareOf(b: Builder, x: Value): Value {
  return b.withDerivative(b.square(x), [[x, x]]);
}

/** σ², for gradients that arrive doubled. */
function halvedGradient(b: Builder, variance: Value): Value {
  return b.withDerivative(variance, [[variance, 0.5]]);
}
