import type { Backend, Tensors } from '../backend/contract.js';
import type { Model } from '../layers/model/model.js';
import { type Head, headsOf } from '../likelihoods/heads.js';
import type { TargetKind } from '../likelihoods/likelihood.js';
import { mostProbable } from '../metrics/mostProbable.js';
import { assemblePrediction } from '../prediction/assemblePrediction.js';
import { createSampler } from '../prediction/createSampler.js';
import type { Prediction } from '../prediction/prediction.js';
import type { ReadDataset } from './data.js';
import { type DataStream, isStream, readBlocks } from './dataStream.js';
import type { TargetScales } from './targetScales.js';

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
 * targets are left out. A stream is read anew each time, in constant memory.
 */
export function createValidator(
  model: Model,
  options: { readonly backend: Backend; readonly data: ReadDataset | DataStream; readonly scales?: TargetScales },
): Validator {
  const { data, backend, scales } = options;
  const heads = headsOf('fit', model);
  const about = { mode: 'mean', samples: 0, batch: 1000, noisePerRun: 1, score: true } as const;
  const sampler = createSampler(model, { backend, ...about });
  return {
    async run(parameters) {
      const totals = heads.map((): Totals => ({ nll: 0, weights: 0, deviation: 0, targets: 0 }));
      const blocks = isStream(data) ? readBlocks('fit validation', model, heads, data, 0) : [data];
      for await (const block of blocks) {
        const { rows, inputs, targets } = block;
        const outputs = await sampler.run(parameters, { inputs, rows, targets, seed: 0, signal: undefined });
        heads.forEach((head, i) => {
          add(totals[i], head, block, outputs, scales?.get(head.output.name));
        });
      }
      const metrics = heads.map(({ likelihood }, i) => metricsOf(likelihood.targets, totals[i]));
      if (metrics.length === 1) return metrics[0];
      return {
        nll: metrics.reduce((sum, { nll }) => sum + nll, 0),
        outputs: Object.fromEntries(heads.map(({ output }, i) => [output.name, metrics[i]])),
      };
    },
    dispose: () => sampler.dispose(),
  };
}

/** Weighted sums over the rows of one output. */
interface Totals {
  nll: number;
  weights: number;
  /** Squared errors, or wrong labels. */
  deviation: number;
  /** Weights of the targets that are not missing. */
  targets: number;
}

function metricsOf(targets: TargetKind, totals: Totals): OutputMetrics {
  const nll = totals.nll / totals.weights;
  const deviation = totals.deviation / totals.targets;
  switch (targets) {
    case 'labels':
    case 'binary':
      return { nll, error: deviation };
    case 'values':
    case 'counts':
      return { nll, rmse: Math.sqrt(deviation) };
  }
}

function add(
  totals: Totals,
  { likelihood, output, prefix }: Head,
  { rows, targets, weights }: ReadDataset,
  outputs: Readonly<Record<string, Float32Array<ArrayBuffer>>>,
  scale?: readonly number[],
): void {
  const prediction = assemblePrediction(outputs, { rows, samples: 0, prefix, targets: likelihood.targets });
  const losses = outputs[`${prefix}negativeLogLikelihood`];
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    totals.nll += losses[row] * weight;
    totals.weights += weight;
  }
  addDeviations(totals, prediction, { targets: targets[output.name], weights, scale });
}

/** Adds squared errors or wrong labels. A density in larger units is as many times smaller. */
function addDeviations(
  totals: Totals,
  prediction: Prediction,
  about: { readonly targets: ArrayLike<number>; readonly weights?: Float32Array; readonly scale?: readonly number[] },
): void {
  const { targets, weights, scale = [1] } = about;
  const { rows } = prediction;
  const classification = prediction.kind === 'classification';
  const wanted = classification && targets.length > rows ? mostProbable(targets, rows) : targets;
  const columns = wanted.length / rows;
  for (let i = 0; i < wanted.length; i++) {
    if (Number.isNaN(wanted[i])) continue;
    const weight = weights?.[Math.floor(i / columns)] ?? 1;
    totals.targets += weight;
    if (prediction.kind === 'regression') {
      const unit = scale[i % scale.length];
      totals.nll += weight * Math.log(unit);
      totals.deviation += weight * (unit * (prediction.mean[i] - wanted[i])) ** 2;
    } else if (prediction.labels[i] !== (classification ? wanted[i] : wanted[i] > 0.5 ? 1 : 0))
      totals.deviation += weight;
  }
}
