import type { Likelihood } from '../likelihood.js';
import type { ReadDataset } from './data.js';
import type { FitWarning } from './fitOptions.js';

/**
 * Data with a root mean square above this count as unscaled. It is 1 for standardized data, and less for pixels from 0 to 1.
 */
const largest = 10;

/**
 * Warnings for inputs and for regression targets whose root mean square is above 10, such as pixels from 0 to 255. Training
 * then starts with a loss of hundreds and learns little. Empty if there is nothing to warn about.
 */
export function scaleWarnings(data: ReadDataset, likelihood: Likelihood): readonly FitWarning[] {
  const values = { inputs: data.inputs, ...(likelihood.targets === 'values' && { targets: data.targets }) };
  return Object.entries(values).flatMap(([name, each]) => {
    const size = rootMeanSquare(each);
    if (size <= largest) return [];
    const message = `[fit] data.${name}: got numbers whose root mean square is ${size.toPrecision(3)}, needs about 1, or training may learn little. ${remedies[name]}`;
    return [{ code: 'VARDROP_SCALE', message }];
  });
}

const remedies: Readonly<Record<string, string>> = {
  inputs:
    'Divide pixels by 255; standardize other columns: subtract their means, and divide by their standard deviations.',
  targets: 'Standardize them: subtract their mean, and divide by their standard deviation.',
};

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum / values.length);
}
