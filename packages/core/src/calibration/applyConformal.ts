import type { ClassificationPrediction, Prediction, RegressionPrediction } from '../prediction/index.js';
import { classScores } from './classScores.js';
import type { ConformalRule } from './conformalRule.js';

/** The prediction with intervals for its numbers, or with sets of its classes. */
export function applyConformal(prediction: Prediction, rule: ConformalRule): Prediction {
  switch (prediction.kind) {
    case 'classification':
      return { ...prediction, sets: setsOf(prediction, rule) };
    case 'regression':
      return { ...prediction, interval: intervalOf(prediction, rule) };
    case 'binary':
      return prediction;
  }
}

/** The deviation that scores are relative to: 1 for absolute ones. */
export function unitsOf(prediction: RegressionPrediction, { score }: Pick<ConformalRule, 'score'>): Float64Array {
  const { mean, epistemicVariance, aleatoricVariance } = prediction;
  if (score === 'absolute') return new Float64Array(mean.length).fill(1);
  return Float64Array.from(mean, (_, i) => Math.sqrt(epistemicVariance[i] + aleatoricVariance[i]));
}

function intervalOf(prediction: RegressionPrediction, rule: ConformalRule): RegressionPrediction['interval'] {
  const units = unitsOf(prediction, rule);
  const { mean } = prediction;
  const bound = (sign: number) =>
    Float64Array.from(mean, (value, i) => value + sign * rule.limits[i % rule.limits.length] * units[i]);
  return { lower: bound(-1), upper: bound(1), coverage: rule.coverage };
}

function setsOf(prediction: ClassificationPrediction, rule: ConformalRule): ClassificationPrediction['sets'] {
  const { rows, classes, probabilities, labels } = prediction;
  const { limits, coverage } = rule;
  const members = new Uint8Array(rows * classes);
  const sizes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const scores = classScores(probabilities.subarray(row * classes, (row + 1) * classes), rule);
    scores.forEach((score, c) => {
      // The most probable class is always in, which can only add coverage.
      if (score > limits[c % limits.length] && c !== labels[row]) return;
      members[row * classes + c] = 1;
      sizes[row]++;
    });
  }
  return { members, sizes, coverage };
}
