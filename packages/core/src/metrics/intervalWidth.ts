import { checkOptionNames } from '../checkOptionNames.js';
import { checkInterval } from './checkInterval.js';
import { meanOverValues } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Mean width of intervals, in the targets' units: of two kinds of equal coverage, the narrower is better. The arrays have one
 * shape. Throws what `intervalCoverage` throws.
 */
export function intervalWidth(lower: ArrayLike<number>, upper: ArrayLike<number>, options: RowWeights = {}): number {
  checkOptionNames('intervalWidth', options, { weights: true });
  checkInterval('intervalWidth', lower, upper);
  return meanOverValues('intervalWidth', lower.length, options.weights, (i) => upper[i] - lower[i]);
}
