import type { Model, ModelParameters } from './layers/model/model.js';
import { headsOf, likelihoodValues } from './likelihoods/heads.js';
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
  /** The next values of what the model carries beside its parameters, by full name. */
  readonly carried: Readonly<Record<string, Value>>;
}

/** What the objective is computed from. */
export interface ObjectiveValues {
  /** By the names of the model's inputs, `[batch, …shape]`. */
  readonly inputs: Readonly<Record<string, Value>>;
  /** One-hot labels or values by the names of the model's outputs, `[batch, …targetShape]`. */
  readonly targets: Readonly<Record<string, Value>>;
  /** Parameters of the model and of the likelihoods, and what the model carries, by full name. */
  readonly parameters: ModelParameters;
}

/**
 * Adds the negative SGVB estimator divided by N (Kingma, Salimans & Welling 2015, eq. 3):
 * `−(1/M) Σ_m log p(y_m | x_m, w) + (β/N) KL`. Multiplied by −N it is the paper's lower bound, whose data term is `(N/M) Σ`.
 * `scales` are inputs: `rows` `[batch]`, which is 1/M for each datapoint, or in proportion to the datapoints' weights, and the scalar
 * `kl`, β/N. So the size of a minibatch and the weight of the KL may change at each step. With several outputs, the log likelihoods
 * of a datapoint add up. A likelihood with a `trainingLoss` has that in place of `−log p`.
 */
export function sgvb(
  b: Builder,
  model: Model,
  values: ObjectiveValues,
  scales: { readonly rows: Value; readonly kl: Value },
): Objective {
  const { inputs, targets, parameters } = values;
  const { outputs, carried } = model.forward(b, inputs, parameters, 'training');
  return b.scope('objective', () => {
    const losses = headsOf('objective', model).map((head) => {
      const { output, likelihood } = head;
      const lossOf = (likelihood.trainingLoss ?? likelihood.negativeLogLikelihood).bind(likelihood);
      return lossOf(b, outputs[output.name], targets[output.name], likelihoodValues(head, parameters));
    });
    const sum = (terms: readonly Value[]) => terms.reduce((total, term) => b.add(total, term));
    const dataTerm = b.label(b.reduceSum(b.mul(sum(losses), scales.rows)), 'dataTerm');
    const layers = model.divergences(b, parameters);
    const kl = b.label(layers.length === 0 ? b.constant(0) : sum(layers.map((layer) => layer.kl)), 'kl');
    const loss = layers.length === 0 ? dataTerm : b.label(b.add(dataTerm, b.mul(scales.kl, kl)), 'loss');
    return { dataTerm, kl, loss, layers, carried };
  });
}
