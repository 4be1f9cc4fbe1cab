import type { RegressionPrediction } from '../prediction/index.js';
import type { CalibrationRule } from './calibrationRule.js';

/** The probabilities of the quantiles that rules read, as the last ones of a prediction: those of a central interval, or none. */
export function quantileLevels(
  rules: readonly (Pick<CalibrationRule, 'kind'> & { readonly score?: string; readonly coverage?: number })[],
): readonly number[] {
  return rules.flatMap(({ score, coverage = 0 }) =>
    score === 'quantile' ? [(1 - coverage) / 2, (1 + coverage) / 2] : [],
  );
}

/** The prediction without its last quantiles. */
export function withoutLevels(prediction: RegressionPrediction, levels: number): RegressionPrediction {
  const { quantiles, ...others } = prediction;
  if (quantiles === undefined || levels === 0) return prediction;
  const count = quantiles.length / prediction.mean.length;
  if (count === levels) return others;
  return { ...others, quantiles: quantiles.filter((_, i) => i % count < count - levels) };
}
