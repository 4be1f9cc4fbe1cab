import type { Backend, Tensors } from '../backend/contract.js';
import type { Model } from '../layers/model.js';
import type { Likelihood } from '../likelihood.js';
import { createPredictor } from '../prediction/createPredictor.js';
import { errorRate } from '../prediction/errorRate.js';
import { gaussianNegativeLogLikelihood } from '../prediction/gaussianNegativeLogLikelihood.js';
import { negativeLogLikelihood } from '../prediction/negativeLogLikelihood.js';
import { rootMeanSquaredError } from '../prediction/rootMeanSquaredError.js';
import type { Dataset } from './data.js';

/** Metrics of the weights' means on the validation data. */
export interface ValidationMetrics {
  /** Mean negative log likelihood, nats per datapoint. */
  readonly nll: number;
  /** Share of wrong labels (classification). */
  readonly error?: number;
  /** Root mean squared error (regression). */
  readonly rmse?: number;
}

/** Evaluates parameters on the backend, repeatedly, on one data set. */
export interface Validator {
  run(parameters: Tensors): Promise<ValidationMetrics>;
  dispose(): void;
}

/** Prepares validation with the weights' means: one pass, no noise. */
export function createValidator(
  model: Model,
  options: { readonly backend: Backend; readonly likelihood: Likelihood; readonly data: Dataset },
): Validator {
  const { data, backend, likelihood } = options;
  const predictor = createPredictor(model, { backend, likelihood, mode: 'mean' });
  return {
    async run(parameters) {
      const prediction = await predictor.run(parameters, data.inputs);
      if (prediction.kind === 'classification') {
        const { probabilities, classes, labels } = prediction;
        return {
          nll: negativeLogLikelihood(probabilities, data.targets, { classes }),
          error: errorRate(labels, data.targets),
        };
      }
      return {
        nll: gaussianNegativeLogLikelihood(prediction, data.targets),
        rmse: rootMeanSquaredError(prediction.mean, data.targets),
      };
    },
    dispose: () => predictor.dispose(),
  };
}
