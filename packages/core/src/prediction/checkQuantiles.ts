import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Head } from '../likelihoods/heads.js';

/**
 * Throws `VARDROP_OPTION` unless `quantiles` are numbers between 0 and 1, at least one, and `VARDROP_LIKELIHOOD` for outputs that are
 * classes only, or whose likelihood has no distribution.
 */
export function checkQuantiles(heads: readonly Head[], quantiles: unknown): void {
  const isGood = (p: unknown) => typeof p === 'number' && p > 0 && p < 1;
  if (!Array.isArray(quantiles) || quantiles.length === 0 || !quantiles.every(isGood)) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[predict] quantiles: got ${formatValue(quantiles)}, needs probabilities between 0 and 1, such as [0.05, 0.5, 0.95].`,
    );
  }
  const ofNumbers = heads.filter(({ likelihood }) => !['labels', 'binary'].includes(likelihood.targets));
  if (ofNumbers.length === 0) {
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[predict] quantiles: got the likelihood '${heads[0].likelihood.name}' of classes, needs one of numbers. Leave quantiles out: the probabilities say all.`,
    );
  }
  const without = ofNumbers.find(({ likelihood }) => likelihood.distribution === undefined);
  if (without === undefined) return;
  throw new VardropError(
    'VARDROP_LIKELIHOOD',
    `[predict] quantiles: got the likelihood '${without.likelihood.name}' without a distribution, needs one with it. Give it distribution: { cdf }, and parameters in its predictive.`,
  );
}
