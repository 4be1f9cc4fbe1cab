import type { Backend, Tensors } from '../backend/contract.js';
import type { Model } from '../layers/sequential.js';
import type { Likelihood } from '../likelihood.js';
import { createPredictor } from '../prediction/createPredictor.js';
import { evaluateClassification } from '../prediction/evaluateClassification.js';
import { evaluateRegression } from '../prediction/evaluateRegression.js';
import type { Dataset } from './data.js';

/** How good the weights' means are on the validation data. */
export interface ValidationMetrics {
  /** Mean negative log likelihood, nats per datapoint. */
  readonly nll: number;
  /** Share of wrong labels (classification). */
  readonly error?: number;
  /** Root mean squared error (regression). */
  readonly rmse?: number;
}

/** Evaluates parameters that are on the backend, again and again, on one data set. */
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
        const { nll, error } = evaluateClassification(prediction, data.targets);
        return { nll, error };
      }
      const { nll, rmse } = evaluateRegression(prediction, data.targets);
      return { nll, rmse };
    },
    dispose: () => predictor.dispose(),
  };
}
