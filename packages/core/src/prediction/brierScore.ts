import { checkLabels } from './checkLabels.js';

/**
 * Mean squared distance of the probabilities `[rows, classes]` from the one-hot labels, summed over the classes, as
 * Brier (1950) has it: from 0 to 2 (twice the half-form in use for two classes). Throws what `checkLabels` says of
 * the labels.
 */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  const classes = checkLabels('brierScore', probabilities, labels);
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const truth = labels[Math.floor(i / classes)] === i % classes ? 1 : 0;
    sum += (probabilities[i] - truth) ** 2;
  }
  return sum / labels.length;
}
