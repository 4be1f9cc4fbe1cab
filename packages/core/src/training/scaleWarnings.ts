import type { Model } from '../layers/model/model.js';
import type { Head } from '../likelihoods/heads.js';
import type { ReadDataset } from './data.js';
import type { FitWarning } from './trainOptions.js';

/**
 * Data with a root mean square above this count as unscaled. It is 1 for standardized data, and less for pixels from 0 to 1.
 */
const largest = 10;

/**
 * Warnings for inputs and for regression targets whose root mean square is above 10, such as pixels from 0 to 255. Training
 * then starts with a loss of hundreds and learns little. Empty if there is nothing to warn about.
 */
export function scaleWarnings(model: Model, heads: readonly Head[], data: ReadDataset): readonly FitWarning[] {
  const inputs = model.inputs
    .filter(({ kind }) => kind === 'numbers')
    .map(({ name }) => ({
      what: model.inputs.length === 1 ? 'inputs' : `inputs.${name}`,
      values: data.inputs[name],
      remedy:
        'Divide pixels by 255; standardize other columns: subtract their means, and divide by their standard deviations.',
    }));
  const targets = heads
    .filter(({ likelihood }) => likelihood.targets === 'values')
    .map(({ output: { name } }) => ({
      what: heads.length === 1 ? 'targets' : `targets.${name}`,
      values: data.targets[name],
      remedy: 'Standardize them: subtract their mean, and divide by their standard deviation.',
    }));
  return [...inputs, ...targets].flatMap(({ what, values, remedy }) => {
    const size = rootMeanSquare(values);
    if (size <= largest) return [];
    const message = `[fit] data.${what}: got numbers whose root mean square is ${size.toPrecision(3)}, needs about 1, or training may learn little. ${remedy}`;
    return [{ code: 'VARDROP_SCALE', message }];
  });
}

/** Of all numbers that are not missing; 0 if there are none. */
function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i] * values[i];
    count++;
  }
  return Math.sqrt(sum / Math.max(count, 1));
}
