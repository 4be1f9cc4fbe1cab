import type { Prediction } from '../prediction/index.js';
import type { SelectiveMeasure } from './selectiveRule.js';

/** The uncertainty of each row, summed over its outputs. */
export function rowUncertainty(prediction: Prediction, measure: SelectiveMeasure): Float64Array {
  const { rows } = prediction;
  const each = uncertainties(prediction, measure);
  const width = each.length / rows;
  const sums = new Float64Array(rows);
  for (let i = 0; i < each.length; i++) sums[Math.floor(i / width)] += each[i];
  return sums;
}

function uncertainties(prediction: Prediction, measure: SelectiveMeasure): ArrayLike<number> {
  if (prediction.kind === 'regression') {
    const { epistemicVariance, aleatoricVariance } = prediction;
    return measure === 'variance' ? epistemicVariance.map((v, i) => v + aleatoricVariance[i]) : epistemicVariance;
  }
  if (measure === 'entropy') return prediction.entropy;
  if (measure === 'mutualInformation') return prediction.mutualInformation;
  const { probabilities, labels } = prediction;
  if (prediction.kind === 'binary') return Float64Array.from(probabilities, (p) => Math.min(p, 1 - p));
  const { classes } = prediction;
  return Float64Array.from(labels, (label, row) => 1 - probabilities[row * classes + label]);
}
