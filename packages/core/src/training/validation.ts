import type { Backend, Tensors } from '../backend/contract.js';
import type { Head } from '../heads.js';
import type { Model } from '../layers/model/model.js';
import { errorRate } from '../metrics/errorRate.js';
import { gaussianNegativeLogLikelihood } from '../metrics/gaussianNegativeLogLikelihood.js';
import { negativeLogLikelihood } from '../metrics/negativeLogLikelihood.js';
import { rootMeanSquaredError } from '../metrics/rootMeanSquaredError.js';
import { createPredictor } from '../prediction/createPredictor.js';
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

/** Prepares validation with the weights' means: one pass, no noise. */
export function createValidator(
  model: Model,
  options: { readonly backend: Backend; readonly heads: readonly Head[]; readonly data: ReadDataset },
): Validator {
  const { data, backend, heads } = options;
  const likelihood = Object.fromEntries(heads.map((head) => [head.output.name, head.likelihood]));
  const predictor = createPredictor(model, { backend, likelihood, mode: 'mean' });
  return {
    async run(parameters) {
      const predictions = await predictor.run(parameters, data.inputs);
      const metrics = heads.map(({ output: { name } }) => metricsOf(predictions[name], data.targets[name]));
      if (metrics.length === 1) return metrics[0];
      return {
        nll: metrics.reduce((sum, { nll }) => sum + nll, 0),
        outputs: Object.fromEntries(heads.map(({ output }, i) => [output.name, metrics[i]])),
      };
    },
    dispose: () => predictor.dispose(),
  };
}

function metricsOf(prediction: Prediction, targets: ArrayLike<number>): OutputMetrics {
  if (prediction.kind === 'classification') {
    const { probabilities, classes, labels } = prediction;
    return { nll: negativeLogLikelihood(probabilities, targets, { classes }), error: errorRate(labels, targets) };
  }
  return {
    nll: gaussianNegativeLogLikelihood(prediction, targets),
    rmse: rootMeanSquaredError(prediction.mean, targets),
  };
}
