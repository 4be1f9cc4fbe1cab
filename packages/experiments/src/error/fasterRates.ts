import type { NoiseModel } from '@vardrop/core';
import type { InputNoise, LayerParameters, WeightNoise } from '@vardrop/core/extend';
import type { Builder } from '@vardrop/core/program';

/**
 * Variational dropout that keeps ρ divided by `factor`. Adam's steps do not depend on the scale of a gradient, so ρ moves
 * `factor` times as fast as the weights. So α = sigmoid(ρ) converges in thousands of steps; at the rate of the weights it takes
 * tens of thousands.
 */
export function fasterRates(noise: InputNoise | WeightNoise, factor: number): NoiseModel {
  const { posterior, logAlpha } = noise;
  const scaled = (b: Builder, { rho, ...parameters }: LayerParameters): LayerParameters => ({
    ...parameters,
    rho: b.mul(factor, rho),
  });
  const common = {
    parameters: (weights: readonly number[]) =>
      noise.parameters(weights).map((one) => ({
        ...one,
        initialize:
          one.initialize.kind === 'constant'
            ? { ...one.initialize, value: one.initialize.value / factor }
            : one.initialize,
      })),
    ...(posterior && {
      posterior: (b: Builder, parameters: LayerParameters, weights: readonly number[]) =>
        posterior(b, scaled(b, parameters), weights),
    }),
    ...(logAlpha && { logAlpha: (b: Builder, parameters: LayerParameters) => logAlpha(b, scaled(b, parameters)) }),
  };
  if (noise.acts === 'inputs') {
    return {
      ...noise,
      ...common,
      scale: (b, parameters, draw, shape) => noise.scale(b, scaled(b, parameters), draw, shape),
    };
  }
  return { ...noise, ...common, moments: (b, parameters) => noise.moments(b, scaled(b, parameters)) };
}
