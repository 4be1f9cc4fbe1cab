import { checkOptionNames } from '../checkOptionNames.js';
import { uncertaintyGroups } from './riskCoverageCurve.js';
import type { RowWeights } from './rowWeights.js';

/**
 * Mean of the risk over all rows, each taken as the last one that is kept (AURC; Geifman, Uziel & El-Yaniv 2019): the smaller, the
 * better uncertainties rank losses. Rows of one uncertainty are kept in a random order: it is the mean over all orders. Throws what
 * `riskCoverageCurve` throws.
 */
export function areaUnderRiskCoverageCurve(
  uncertainties: ArrayLike<number>,
  losses: ArrayLike<number>,
  options: RowWeights = {},
): number {
  checkOptionNames('areaUnderRiskCoverageCurve', options, { weights: true });
  const groups = uncertaintyGroups('areaUnderRiskCoverageCurve', uncertainties, losses, options.weights);
  let [weight, loss, area] = [0, 0, 0];
  for (const group of groups) {
    const [ofRow, lossOfRow] = [group.weight / group.rows, group.loss / group.rows];
    for (let i = 1; i <= group.rows && group.weight > 0; i++)
      area += (ofRow * (loss + i * lossOfRow)) / (weight + i * ofRow);
    weight += group.weight;
    loss += group.loss;
  }
  return area / weight;
}
