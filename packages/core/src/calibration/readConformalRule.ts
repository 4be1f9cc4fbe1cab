import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { headsOf } from '../likelihoods/heads.js';
import { elementCount } from '../program/shapes.js';
import type { ConformalRule, ConformalScore } from './conformalRule.js';

/** The scores for each kind of targets. */
export const scoresOf = {
  labels: ['threshold', 'aps', 'raps'],
  values: ['absolute', 'scaled'],
  counts: ['absolute', 'scaled'],
  binary: [],
} as const satisfies Record<string, readonly ConformalScore[]>;

/** A rule that fits a model, such as one from a file. Throws `VARDROP_CONFORMAL` for one that does not. */
export function readConformalRule(model: Model, given: unknown): ConformalRule {
  const refuse = (what: string, got: unknown, needs: string): never => {
    throw new VardropError(
      'VARDROP_CONFORMAL',
      `[conformal] ${what}: got ${formatValue(got)}, needs ${needs}. Calibrate the network anew.`,
    );
  };
  if (typeof given !== 'object' || given === null) return refuse('rule', given, 'what conformal has learned');
  const { score, coverage, limits, rows, penalty, rank } = given as ConformalRule;
  const heads = headsOf('conformal', model);
  const { likelihood, targetShape } = heads[0];
  const scores: readonly string[] = heads.length === 1 ? scoresOf[likelihood.targets] : [];
  if (!scores.includes(score)) refuse('score', score, `one of ${scores.join(', ') || 'a model with one output'}`);
  if (!(typeof coverage === 'number' && coverage > 0 && coverage < 1))
    refuse('coverage', coverage, 'a number in (0, 1)');
  const size = elementCount(targetShape);
  const lengths = likelihood.targets === 'labels' ? [1, size] : [size];
  const isLimit = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
  if (!Array.isArray(limits) || !lengths.includes(limits.length) || !limits.every(isLimit))
    refuse('limits', limits, `${lengths.join(' or ')} finite numbers`);
  if (!Number.isInteger(rows) || rows < 1) refuse('rows', rows, 'a positive integer');
  const isOption = (value: unknown) =>
    value === undefined || (typeof value === 'number' && value >= 0 && Number.isFinite(value));
  if (!isOption(penalty)) refuse('penalty', penalty, 'a number that is not negative');
  if (!isOption(rank)) refuse('rank', rank, 'a number that is not negative');
  const raps = score === 'raps' ? { penalty, rank } : {};
  return { score, coverage, limits: [...limits], rows, ...raps };
}
