import type { Backend, Tensors } from '../backend/contract.js';
import type { Model } from '../layers/model/model.js';
import { type Head, headsOf } from '../likelihoods/heads.js';
import { assemblePrediction } from '../prediction/assemblePrediction.js';
import { createSampler } from '../prediction/createSampler.js';
import type { Prediction } from '../prediction/prediction.js';
import type { ReadDataset } from './data.js';

/** Metrics of one output of the weights' means on the validation data. */
export interface OutputMetrics {
  /** Mean negative log likelihood, nats per datapoint. */
  readonly nll: number;
  /** Share of wrong labels (classification). */
  readonly error?: number;
  /** Root mean squared error (regression). */
  readonly rmse?: number;
}

/**
 * Metrics of the weights' means on the validation data. A model with several outputs has those of each in `outputs`, and their
 * sum in `nll`.
 */
export interface ValidationMetrics extends OutputMetrics {
  /** By the names of the outputs, where there are several. */
  readonly outputs?: Readonly<Record<string, OutputMetrics>>;
}

/** Evaluates parameters on the backend, repeatedly, on one data set. */
export interface Validator {
  run(parameters: Tensors): Promise<ValidationMetrics>;
  dispose(): void;
}

/**
 * Prepares validation with the weights' means: one pass, no noise. With weights of rows all metrics are weighted means. Missing
 * targets are left out.
 */
export function createValidator(
  model: Model,
  options: { readonly backend: Backend; readonly data: ReadDataset },
): Validator {
  const { data, backend } = options;
  const { rows, inputs, targets } = data;
  const heads = headsOf('fit', model);
  const about = { mode: 'mean', samples: 0, batch: 1000, noisePerRun: 1, score: true } as const;
  const sampler = createSampler(model, { backend, ...about });
  return {
    async run(parameters) {
      const outputs = await sampler.run(parameters, { inputs, rows, targets, seed: 0, signal: undefined });
      const metrics = heads.map((head) => metricsOf(head, data, outputs));
      if (metrics.length === 1) return metrics[0];
      return {
        nll: metrics.reduce((sum, { nll }) => sum + nll, 0),
        outputs: Object.fromEntries(heads.map(({ output }, i) => [output.name, metrics[i]])),
      };
    },
    dispose: () => sampler.dispose(),
  };
}

function metricsOf(
  { likelihood, output, prefix }: Head,
  data: ReadDataset,
  outputs: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
): OutputMetrics {
  const { rows, weights, weightSum } = data;
  const about = { rows, samples: 0, prefix, targets: likelihood.targets };
  const prediction = assemblePrediction(outputs, about);
  const losses = outputs[`${prefix}negativeLogLikelihood`];
  let nll = 0;
  for (let row = 0; row < rows; row++) nll += losses[row] * (weights?.[row] ?? 1);
  return { nll: nll / weightSum, ...deviationOf(prediction, data.targets[output.name], weights) };
}

/** The share of wrong labels, or the root mean squared error, over the targets that are not missing. */
function deviationOf(
  prediction: Prediction,
  targets: ArrayLike<number>,
  weights: Float32Array | undefined,
): Omit<OutputMetrics, 'nll'> {
  const { rows } = prediction;
  const classification = prediction.kind === 'classification';
  const wanted = classification && targets.length > rows ? mostProbable(targets, rows) : targets;
  const columns = wanted.length / rows;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < wanted.length; i++) {
    if (Number.isNaN(wanted[i])) continue;
    const weight = weights?.[Math.floor(i / columns)] ?? 1;
    count += weight;
    if (prediction.kind === 'regression') sum += weight * (prediction.mean[i] - wanted[i]) ** 2;
    else if (prediction.labels[i] !== (classification ? wanted[i] : wanted[i] > 0.5 ? 1 : 0)) sum += weight;
  }
  return prediction.kind === 'regression' ? { rmse: Math.sqrt(sum / count) } : { error: sum / count };
}

/** The most probable class of each row of probabilities. */
function mostProbable(probabilities: ArrayLike<number>, rows: number): Int32Array {
  const classes = probabilities.length / rows;
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++)
      if (probabilities[row * classes + k] > probabilities[row * classes + best]) best = k;
    return best;
  });
}
