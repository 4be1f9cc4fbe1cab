import type { RegressionPrediction } from '../prediction/index.js';
import type { ConformalRule } from './conformalRule.js';

/** What intervals of numbers begin with, `[rows, outputs]` each: an interval is from `lower − limit · unit` to `upper + limit · unit`. */
export interface Band {
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  readonly unit: ArrayLike<number>;
}

/**
 * The band of a score. `absolute`: the mean (Lei et al. 2018). `scaled`: the mean, in units of the predicted deviation. `quantile`: the
 * bounds that the prediction has as its last two quantiles (Romano, Patterson & Candès 2019).
 */
export function bandOf(prediction: RegressionPrediction, { score }: Pick<ConformalRule, 'score'>): Band {
  const { mean, epistemicVariance, aleatoricVariance, quantiles = new Float64Array() } = prediction;
  const ones = new Float64Array(mean.length).fill(1);
  if (score === 'absolute') return { lower: mean, upper: mean, unit: ones };
  if (score === 'quantile') {
    const count = quantiles.length / mean.length;
    const at = (place: number) => Float64Array.from(mean, (_, i) => quantiles[(i + 1) * count - place]);
    return { lower: at(2), upper: at(1), unit: ones };
  }
  const unit = Float64Array.from(mean, (_, i) => Math.sqrt(epistemicVariance[i] + aleatoricVariance[i]));
  return { lower: mean, upper: mean, unit };
}
