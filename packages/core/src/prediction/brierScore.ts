import { checkOptionNames } from '../checkOptionNames.js';
import { checkProbabilities } from './checkProbabilities.js';

/**
 * Mean squared distance of the probabilities `[rows, classes]` from the one-hot labels `[rows]`, summed over the classes,
 * as Brier (1950) has it: from 0 to 2 (twice the half-form in use for two classes). Throws what `checkProbabilities` says,
 * `VARDROP_OPTION` for other options.
 */
export function brierScore(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: { readonly classes: number },
): number {
  checkOptionNames('brierScore', options, { classes: true });
  const { classes } = options;
  checkProbabilities('brierScore', probabilities, labels, classes);
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const truth = labels[Math.floor(i / classes)] === i % classes ? 1 : 0;
    sum += (probabilities[i] - truth) ** 2;
  }
  return sum / labels.length;
}
