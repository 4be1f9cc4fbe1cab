import { checkOptionNames } from '../checkOptionNames.js';
import { laplace as laplaceDistribution } from '../distributions/laplace.js';
import { withRecipe } from '../recipe.js';
import type { Likelihood } from './likelihood.js';
import { checkMissing, type Missing, sumOfPresent } from './missing.js';
import { createSpread, type SpreadSource } from './spread.js';
import { sumOfRow } from './sumOfRow.js';

/** Options of `laplace`. */
export interface LaplaceOptions {
  /**
   * Scale s of the targets around their location, in their units. `learned` (default): one for each output. `output`: the network
   * gives it for each row; the second half of the outputs' last axis is log s. A number, or one for each output: it is known.
   */
  readonly scale?: SpreadSource;
  /** Where a learned log s starts. Default: 0. */
  readonly logScale?: number;
  /** Missing targets (NaN) are refused, or left out of the sum. Default: `refuse`. */
  readonly missing?: Missing;
}

/**
 * Regression with Laplace noise: `−log p = Σ (log 2s + |y − f| / s)`. It fits medians, so that a few far targets pull less than under
 * `gaussian`. Outputs `[batch, …]` are locations, or for `scale: 'output'` locations and log scales side by side on the last axis.
 * The variance is 2s². Throws `VARDROP_VARIANCE` for other scales and log scales, `VARDROP_OPTION` for unknown options.
 */
export function laplace(options: LaplaceOptions = {}): Likelihood<'values'> {
  checkOptionNames('laplace', options, { scale: true, logScale: true, missing: true });
  const { scale = 'learned', logScale = 0, missing } = options;
  const spread = createSpread('laplace', { option: 'scale', parameter: 'logScale', source: scale, initial: logScale });
  checkMissing('laplace', missing);
  return withRecipe('laplace', options, {
    name: 'laplace',
    targets: 'values',
    targetShape: spread.targetShape,
    parameters: spread.parameters,
    negativeLogLikelihood(b, output, target, parameters) {
      const { location, logSpread } = spread.of(b, output, parameters);
      const terms = (known: typeof target) =>
        b.add(b.mul(b.abs(b.sub(known, location)), b.exp(b.neg(logSpread))), b.add(logSpread, Math.LN2));
      return sumOfPresent(b, missing, target, terms, (all) => sumOfRow(b, all));
    },
    predictive(b, output, parameters) {
      const { location, logSpread } = spread.of(b, output, parameters);
      const scales = b.exp(logSpread);
      const variance = b.mul(2, b.square(scales));
      return { kind: 'values', mean: location, variance, parameters: { location, scale: scales } };
    },
    distribution: laplaceDistribution,
    ...(missing === 'skip' && { missing }),
  } satisfies Likelihood<'values'>);
}
