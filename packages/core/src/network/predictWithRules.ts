import { type CalibrationRule, quantileLevels } from '../calibration/index.js';
import type { Model } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { type Prediction, type PredictionOf, type PredictOptions, predict } from '../prediction/index.js';

/** What `predict` gives, changed by the rules of a network. A network with rules has one output. */
export async function predictWithRules<Given extends Likelihoods>(
  model: Model<Given>,
  options: PredictOptions,
  rules: readonly CalibrationRule[],
): Promise<PredictionOf<Given>> {
  const prediction = await predict(model, { ...options, ...withLevels(options, quantileLevels(rules)) });
  if (rules.length === 0) return prediction;
  const { seed, row } = options;
  // Loaded where it is used: a page whose network has no rules is smaller without.
  const { applyRules } = await import('../calibration/applyRules.js');
  return applyRules(prediction as Prediction, rules, { seed, row }) as PredictionOf<Given>;
}

/** The quantiles that rules read come last. What is not a list of quantiles is left for `predict` to refuse. */
function withLevels({ quantiles }: PredictOptions, levels: readonly number[]): Pick<PredictOptions, 'quantiles'> {
  if (levels.length === 0) return {};
  if (quantiles === undefined) return { quantiles: levels };
  return Array.isArray(quantiles) && quantiles.length > 0 ? { quantiles: [...quantiles, ...levels] } : {};
}
