import { checkOptionNames } from '../checkOptionNames.js';
import { checkTargets } from '../prediction/checkTargets.js';
import { checkWeights } from '../prediction/checkWeights.js';
import type { RowWeights } from './rowWeights.js';

/** Risk where the rows are kept whose uncertainty is `threshold` or less. */
export interface RiskCoveragePoint {
  readonly threshold: number;
  /** Share of rows that are kept, in (0, 1]. */
  readonly coverage: number;
  /** Mean loss of the rows that are kept. */
  readonly risk: number;
}

/**
 * The mean loss of the rows that a network is least uncertain of, for each share of them (El-Yaniv & Wiener 2010): a point for each
 * uncertainty `[rows]`, ascending. Losses `[rows]` are errors, 0 or 1, or any others. Throws `VARDROP_TYPE`, `VARDROP_EMPTY`,
 * `VARDROP_SHAPE` and `VARDROP_NON_FINITE` for either, what `checkWeights` throws, and `VARDROP_OPTION` for unknown options.
 */
export function riskCoverageCurve(
  uncertainties: ArrayLike<number>,
  losses: ArrayLike<number>,
  options: RowWeights = {},
): readonly RiskCoveragePoint[] {
  checkOptionNames('riskCoverageCurve', options, { weights: true });
  const groups = uncertaintyGroups('riskCoverageCurve', uncertainties, losses, options.weights);
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  let weight = 0;
  let loss = 0;
  return groups.flatMap((group) => {
    weight += group.weight;
    loss += group.loss;
    return weight > 0 ? [{ threshold: group.uncertainty, coverage: weight / total, risk: loss / weight }] : [];
  });
}

/** Rows of one uncertainty. */
export interface UncertaintyGroup {
  readonly uncertainty: number;
  readonly rows: number;
  /** Sums over the rows. */
  readonly weight: number;
  readonly loss: number;
}

/** Rows in groups of equal uncertainty, ascending. Throws as documented at `riskCoverageCurve`. */
export function uncertaintyGroups(
  who: string,
  uncertainties: ArrayLike<number>,
  losses: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): readonly UncertaintyGroup[] {
  checkTargets(`[${who}] uncertainties`, uncertainties, uncertainties?.length, 1);
  checkTargets(`[${who}] losses`, losses, uncertainties.length, 1);
  if (weights !== undefined) checkWeights(`[${who}] weights`, weights, losses.length);
  const order = Array.from(uncertainties, (_, row) => row).sort((a, b) => uncertainties[a] - uncertainties[b]);
  const groups: { uncertainty: number; rows: number; weight: number; loss: number }[] = [];
  for (const row of order) {
    if (groups.at(-1)?.uncertainty !== uncertainties[row])
      groups.push({ uncertainty: uncertainties[row], rows: 0, weight: 0, loss: 0 });
    const group = groups[groups.length - 1];
    const weight = weights === undefined ? 1 : weights[row];
    group.rows++;
    group.weight += weight;
    group.loss += weight * losses[row];
  }
  return groups;
}
