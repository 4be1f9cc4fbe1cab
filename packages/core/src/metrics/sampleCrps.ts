import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { meanOverValues } from './meanOverRows.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Mean continuous ranked probability score of samples, in the targets' units: `mean |x − y| − ½ mean |x − x′|`, the second mean
 * over pairs of distinct samples. It is unbiased for the score of the distribution that the samples are from ("fair", Ferro
 * 2014), and may be negative. With one sample it is the absolute error. It takes S log S steps for S samples.
 *
 * `samples` are `[samples, …]` after the shape of `targets`: sample s of target i is `samples[s · targets.length + i]`. Throws
 * what `checkTargets` throws for either, `VARDROP_SHAPE` unless there are as many samples of each target, what `checkWeights`
 * throws, and `VARDROP_OPTION` for unknown options.
 */
export function sampleCrps(samples: ArrayLike<number>, targets: ArrayLike<number>, options: RowWeights = {}): number {
  checkOptionNames('sampleCrps', options, { weights: true });
  checkTargets('[sampleCrps] targets', targets, targets?.length, 1);
  checkTargets('[sampleCrps] samples', samples, samples?.length, 1);
  const count = samples.length / targets.length;
  if (!Number.isInteger(count)) {
    throw new VardropError(
      'VARDROP_SHAPE',
      `[sampleCrps] samples: got ${samples.length} for ${targets.length} targets, needs as many of each. Pass [samples, …targets], row-major.`,
    );
  }
  const sorted = new Float64Array(count);
  return meanOverValues('sampleCrps', targets.length, options.weights, (i) => {
    for (let s = 0; s < count; s++) sorted[s] = samples[s * targets.length + i];
    sorted.sort();
    let error = 0;
    let spread = 0;
    for (let s = 0; s < count; s++) {
      error += Math.abs(sorted[s] - targets[i]);
      // A gap between neighbours lies in the difference of every pair around it. So no terms cancel.
      if (s > 0) spread += s * (count - s) * (sorted[s] - sorted[s - 1]);
    }
    return error / count - (count > 1 ? spread / (count * (count - 1)) : 0);
  });
}
