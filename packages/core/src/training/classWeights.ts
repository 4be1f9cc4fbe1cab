import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { checkLabels } from '../prediction/checkLabels.js';

/**
 * A weight for each row by its class, for `data.weights`: `fit(model, { data: { inputs, targets, weights: classWeights(targets) } })`.
 * `balanced` gives each class the same weight in all, and rows a mean weight of 1: `rows / (classes · rows of the class)`, over the
 * classes that occur (King & Zeng 2001; scikit-learn's `compute_sample_weight`). Numbers are the weights of the classes.
 *
 * The likelihood is then that of data with other shares of the classes, and so are the predicted probabilities.
 *
 * Throws what `checkLabels` throws for labels, and `VARDROP_WEIGHT` for weights of classes that are not finite numbers from 0, or
 * too few of them.
 */
export function classWeights(
  labels: ArrayLike<number>,
  weights: 'balanced' | readonly number[] = 'balanced',
): Float32Array<ArrayBuffer> {
  checkLabels('[classWeights] labels', labels, labels?.length, Number.POSITIVE_INFINITY);
  const counts: number[] = [];
  for (let row = 0; row < labels.length; row++) counts[labels[row]] = (counts[labels[row]] ?? 0) + 1;
  const weightOf = weights === 'balanced' ? balanced(counts, labels.length) : givenWeights(weights, counts.length);
  return Float32Array.from({ length: labels.length }, (_, row) => weightOf(labels[row]));
}

function balanced(counts: readonly number[], rows: number): (label: number) => number {
  const classes = counts.filter((count) => count > 0).length;
  return (label) => rows / (classes * counts[label]);
}

function givenWeights(weights: unknown, classes: number): (label: number) => number {
  const known = Array.isArray(weights) && weights.every((each) => Number.isFinite(each) && each >= 0);
  if (known && weights.length >= classes) return (label) => weights[label];
  throw new VardropError(
    'VARDROP_WEIGHT',
    `[classWeights] weights: got ${formatValue(weights)}, needs 'balanced', or a finite number from 0 for each of the ${classes} classes.`,
  );
}
