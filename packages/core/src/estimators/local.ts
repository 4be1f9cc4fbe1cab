import { type Estimator, scaleInputs } from './estimator.js';

/**
 * The local reparametrization trick (Kingma, Salimans & Welling 2015, eq. 6): weight noise is carried over to the
 * pre-activations, `γ + √δ ζ` with `γ = aμ` and `δ = a²σ²`, ζ ~ N(0, 1) for each datapoint and unit. For noise on the
 * inputs it is one factor for each datapoint and unit. In convolutions ζ is drawn for each output location, which has
 * the marginal mean and variance of one random filter, but not its covariance between locations.
 */
export function local(): Estimator {
  return {
    name: 'local',
    refuses: () => undefined,
    apply(context) {
      const { builder: b, linear, noise, x, parameters, draw } = context;
      if (noise.acts === 'inputs') return scaleInputs({ ...context, noise }, 'batch');
      const { mean, variance } = noise.moments(b, parameters);
      const gamma = b.label(linear.apply(b, x, mean), 'gamma');
      const delta = b.label(linear.apply(b, b.square(x), variance), 'delta');
      return b.add(gamma, b.mul(b.sqrt(delta), draw('normal', 'zeta', gamma.shape)));
    },
  };
}
