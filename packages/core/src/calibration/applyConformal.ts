import type {
  ClassificationPrediction,
  PredictionInterval,
  PredictionSets,
  RegressionPrediction,
} from '../prediction/index.js';
import { bandOf } from './bandOf.js';
import { classScores } from './classScores.js';
import type { ConformalRule } from './conformalRule.js';
import { type RowsAt, rowNoise } from './rowNoise.js';

/** The interval of each number. Bounds that would cross meet in their middle, which can only add coverage. */
export function intervalOf(prediction: RegressionPrediction, rule: ConformalRule): PredictionInterval {
  const band = bandOf(prediction, rule);
  const { limits, coverage } = rule;
  const lower = new Float64Array(prediction.mean.length);
  const upper = new Float64Array(prediction.mean.length);
  for (let i = 0; i < lower.length; i++) {
    const margin = limits[i % limits.length] * band.unit[i];
    const [from, to] = [band.lower[i] - margin, band.upper[i] + margin];
    lower[i] = from <= to ? from : (from + to) / 2;
    upper[i] = from <= to ? to : (from + to) / 2;
  }
  return { lower, upper, coverage };
}

/** The set of classes of each row. */
export function setsOf(prediction: ClassificationPrediction, rule: ConformalRule, at: RowsAt): PredictionSets {
  const { rows, classes, probabilities, labels } = prediction;
  const { limits, coverage, randomized = false } = rule;
  const members = new Uint8Array(rows * classes);
  const sizes = new Int32Array(rows);
  const noise = randomized ? rowNoise(rows, at) : new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const scores = classScores(probabilities.subarray(row * classes, (row + 1) * classes), rule, noise[row]);
    scores.forEach((score, c) => {
      // Without randomisation the most probable class is always in, which can only add coverage.
      if (score > limits[c % limits.length] && (randomized || c !== labels[row])) return;
      members[row * classes + c] = 1;
      sizes[row]++;
    });
  }
  return { members, sizes, coverage };
}
