import {
  categorical,
  dense,
  type Estimator,
  type Likelihood,
  localReparametrization,
  type Model,
  noNoise,
  separateSamples,
  sequential,
  singleSample,
  variationalDropout,
} from '@vardrop/core';

/** The rows of the paper's table 1. */
export const estimatorNames = ['local', 'separate', 'single', 'none'] as const;

/** A name of {@link estimatorNames}; `none` is the network without noise. */
export type EstimatorName = (typeof estimatorNames)[number];

const estimators: Readonly<Record<Exclude<EstimatorName, 'none'>, () => Estimator>> = {
  local: localReparametrization,
  separate: separateSamples,
  single: singleSample,
};

/** Dropout rates for the initial α, as in figure 1 of the paper: less noise on the input than on hidden units. */
export const startRates = { input: 0.2, hidden: 0.5 };

/**
 * The network of table 1: ReLU layers and one output per class, with independent weight noise of variance αθ² (variational
 * dropout of type B), α learned for each layer. The models of all estimators have the same parameters; the model without noise
 * does not use α.
 */
export function network(
  estimator: EstimatorName,
  shape: { readonly inputs: number; readonly units: readonly number[]; readonly classes: number },
): Model<Likelihood<'labels'>> {
  const { inputs, units, classes } = shape;
  return sequential({
    input: [inputs],
    likelihood: categorical(),
    estimator: estimator === 'none' ? localReparametrization() : estimators[estimator](),
    layers: [...units, classes].map((count, i) =>
      dense({
        units: count,
        activation: i < units.length ? 'relu' : 'linear',
        noise:
          estimator === 'none'
            ? noNoise()
            : variationalDropout({ type: 'B', alpha: 'layer', rate: i === 0 ? startRates.input : startRates.hidden }),
      }),
    ),
  });
}
