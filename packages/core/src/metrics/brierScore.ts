import { checkOptionNames } from '../checkOptionNames.js';
import { checkProbabilities } from '../prediction/checkProbabilities.js';

/**
 * Mean squared distance of the probabilities `[rows, classes]` from the one-hot labels `[rows]`, summed over the classes, as in
 * Brier (1950): from 0 to 2, which is twice the form often used for two classes. Throws what `checkProbabilities` throws,
 * `VARDROP_OPTION` for unknown options.
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
