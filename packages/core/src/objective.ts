import type { Model, ModelParameters } from './layers/sequential.js';
import type { Likelihood } from './likelihood.js';
import type { Builder, Value } from './program/builder.js';

/** The parts of the objective, as scalars of the program. */
export interface Objective {
  /** Mean of −log p(y | x, w) over the minibatch, in nats per datapoint, under sampled noise. */
  readonly dataTerm: Value;
  /** KL of all layers, in nats. */
  readonly kl: Value;
  /** What is minimized, in nats per datapoint: `dataTerm + klScale · kl`. */
  readonly loss: Value;
  /** The KL of each layer. */
  readonly layers: readonly { readonly layer: string; readonly kl: Value }[];
}

/**
 * Adds the negative SGVB estimator divided by N (Kingma, Salimans & Welling 2015, eq. 3):
 * `−(1/M) Σ_m log p(y_m | x_m, w) + (β/N) KL`. Multiplied by −N it is the paper's lower bound, whose data term is `(N/M) Σ`.
 * `scales` are the scalars 1/M (`datapoint`) and β/N (`kl`), which are inputs, so the size of a minibatch and the weight of the
 * KL may change at each step.
 */
export function sgvb(
  b: Builder,
  model: Model,
  likelihood: Likelihood,
  values: { readonly x: Value; readonly y: Value; readonly parameters: ModelParameters },
  scales: { readonly datapoint: Value; readonly kl: Value },
): Objective {
  const output = model.apply(b, values.x, values.parameters, 'sample');
  return b.scope('objective', () => {
    const losses = likelihood.negativeLogLikelihood(b, output, values.y, likelihoodParameters(values.parameters));
    const dataTerm = b.label(b.mul(b.reduceSum(losses), scales.datapoint), 'dataTerm');
    const layers = model.divergences(b, values.parameters);
    const terms = layers.map((layer) => layer.kl);
    const kl = b.label(terms.length === 0 ? b.constant(0) : terms.reduce((sum, term) => b.add(sum, term)), 'kl');
    const loss = layers.length === 0 ? dataTerm : b.label(b.add(dataTerm, b.mul(scales.kl, kl)), 'loss');
    return { dataTerm, kl, loss, layers };
  });
}

/** The likelihood's own parameters, by their names within it. */
function likelihoodParameters(parameters: ModelParameters): Readonly<Record<string, Value>> {
  const prefix = 'likelihood/';
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}
