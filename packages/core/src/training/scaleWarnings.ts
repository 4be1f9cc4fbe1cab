import type { Likelihood } from '../likelihood.js';
import type { ReadDataset } from './data.js';
import type { FitWarning } from './fitOptions.js';

/** Root mean square above which data are taken for unscaled. Standardized data have 1, pixels from 0 to 1 less. */
const largest = 10;

/**
 * A warning for inputs, and one for values as targets, whose root mean square is above 10: training of these starts with a
 * loss of hundreds and learns little, as with pixels from 0 to 255. Empty where all is fine.
 */
export function scaleWarnings(data: ReadDataset, likelihood: Likelihood): readonly FitWarning[] {
  const values = { inputs: data.inputs, ...(likelihood.targets === 'values' && { targets: data.targets }) };
  return Object.entries(values).flatMap(([name, each]) => {
    const size = rootMeanSquare(each);
    if (size <= largest) return [];
    const message = `[fit] data.${name}: got numbers whose root mean square is ${size.toPrecision(3)}, needs about 1, or training may not get far. ${remedies[name]}`;
    return [{ code: 'VARDROP_SCALE', message }];
  });
}

const remedies: Readonly<Record<string, string>> = {
  inputs: 'Divide pixels by 255; standardize other columns: take off their means, and divide by their deviations.',
  targets: 'Standardize them: take off their mean, and divide by their deviation.',
};

function rootMeanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return Math.sqrt(sum / values.length);
}
