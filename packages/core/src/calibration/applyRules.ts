import type { Prediction } from '../prediction/index.js';
import { intervalOf, setsOf } from './applyConformal.js';
import { applyIsotonic } from './applyIsotonic.js';
import type { CalibrationRule } from './calibrationRule.js';
import { quantileLevels, withoutLevels } from './quantileLevels.js';
import type { RowsAt } from './rowNoise.js';
import { rowUncertainty } from './rowUncertainty.js';

/**
 * The prediction as rules change it, one after the other. Those of numbers have the quantiles of `quantileLevels` as their last ones,
 * which are taken away.
 */
export function applyRules(prediction: Prediction, rules: readonly CalibrationRule[], at: RowsAt): Prediction {
  const applied = rules.reduce((changed, rule) => applyRule(changed, rule, at), prediction);
  return applied.kind === 'regression' ? withoutLevels(applied, quantileLevels(rules).length) : applied;
}

function applyRule(prediction: Prediction, rule: CalibrationRule, at: RowsAt): Prediction {
  switch (rule.kind) {
    case 'isotonic':
      return prediction.kind === 'regression' ? prediction : applyIsotonic(prediction, rule);
    case 'conformal':
      if (prediction.kind === 'classification') return { ...prediction, sets: setsOf(prediction, rule, at) };
      return prediction.kind === 'regression' ? { ...prediction, interval: intervalOf(prediction, rule) } : prediction;
    case 'selective': {
      const uncertainties = rowUncertainty(prediction, rule.measure);
      return { ...prediction, accepted: Uint8Array.from(uncertainties, (each) => (each <= rule.threshold ? 1 : 0)) };
    }
  }
}
