import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { erf } from '../special/erf.js';
import { normalDensity } from '../special/normalDensity.js';
import { meanOverValues } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Mean continuous ranked probability score of normal distributions, in the targets' units:
 * `σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π)` with `z = (target − mean)/σ` (Gneiting, Raftery, Westveld & Goldman 2005, eq. 5). The
 * arrays `mean`, `deviation` (σ) and `targets` have one shape. Where the deviation is 0 it is the absolute error. Throws what
 * `checkTargets` throws for each of them, `VARDROP_VARIANCE` for the first deviation below 0, what `checkWeights` throws, and
 * `VARDROP_OPTION` for unknown options.
 */
export function normalCrps(
  predicted: { readonly mean: ArrayLike<number>; readonly deviation: ArrayLike<number> },
  targets: ArrayLike<number>,
  options: RowWeights = {},
): number {
  checkOptionNames('normalCrps', options, { weights: true });
  const { mean, deviation } = predicted;
  checkTargets('[normalCrps] targets', targets, targets?.length, 1);
  checkTargets('[normalCrps] mean', mean, targets.length, 1);
  checkTargets('[normalCrps] deviation', deviation, targets.length, 1);
  for (let i = 0; i < deviation.length; i++) {
    if (deviation[i] >= 0) continue;
    throw new VardropError(
      'VARDROP_VARIANCE',
      `[normalCrps] deviation: got ${deviation[i]} at ${i}, needs numbers from 0 upwards. Pass the root of the variance.`,
    );
  }
  return meanOverValues('normalCrps', targets.length, options.weights, (i) => {
    const error = targets[i] - mean[i];
    if (deviation[i] === 0) return Math.abs(error);
    const z = error / deviation[i];
    return error * erf(z * Math.SQRT1_2) + deviation[i] * (2 * normalDensity(z) - 1 / Math.sqrt(Math.PI));
  });
}
