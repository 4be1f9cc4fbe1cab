import { isNamed } from '../heads.js';
import type { Model } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { Prediction, PredictionOf } from '../prediction/index.js';
import type { NetworkNames } from './network.js';

/** A prediction with the names of the labels beside them, where there are names of the classes. */
export function nameLabels<Given extends Likelihoods>(
  model: Model<Given>,
  classes: NetworkNames['classes'],
  prediction: PredictionOf<Given>,
): PredictionOf<Given> {
  if (classes === undefined) return prediction;
  // The likelihoods decide which predictions and which names there are.
  if (!isNamed(model)) return named(prediction as Prediction, classes as readonly string[]) as PredictionOf<Given>;
  const byName = classes as Readonly<Record<string, readonly string[]>>;
  return Object.fromEntries(
    Object.entries(prediction as Readonly<Record<string, Prediction>>).map(([name, each]) => [
      name,
      Object.hasOwn(byName, name) ? named(each, byName[name]) : each,
    ]),
  ) as PredictionOf<Given>;
}

function named(prediction: Prediction, classes: readonly string[]): Prediction {
  if (prediction.kind !== 'classification') return prediction;
  return { ...prediction, labelNames: Array.from(prediction.labels, (label) => classes[label]) };
}
