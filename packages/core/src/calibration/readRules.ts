import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { headsOf } from '../likelihoods/heads.js';
import type { TargetKind } from '../likelihoods/likelihood.js';
import { elementCount } from '../program/shapes.js';
import { type CalibrationRule, calibrationKinds } from './calibrationRule.js';
import type { ConformalRule, ConformalScore } from './conformalRule.js';
import type { IsotonicMap, IsotonicRule } from './isotonicRule.js';
import type { SelectiveMeasure, SelectiveRule } from './selectiveRule.js';

/** The scores for each kind of targets; the first one is the default. */
export const scoresOf = {
  labels: ['threshold', 'aps', 'raps'],
  values: ['scaled', 'absolute', 'quantile'],
  counts: ['scaled', 'absolute', 'quantile'],
  binary: [],
} as const satisfies Record<TargetKind, readonly ConformalScore[]>;

/** The measures for each kind of targets; the first one is the default. */
export const measuresOf = {
  labels: ['entropy', 'mutualInformation', 'confidence'],
  values: ['variance', 'epistemicVariance'],
  counts: ['variance', 'epistemicVariance'],
  binary: ['entropy', 'mutualInformation', 'confidence'],
} as const satisfies Record<TargetKind, readonly SelectiveMeasure[]>;

/** What targets are, and how many numbers a row has: of labels the number of classes. */
interface Targets {
  readonly targets: TargetKind;
  readonly size: number;
}

type Rules = Readonly<Record<string, unknown>>;

/**
 * Rules that fit a model, such as those of a file, in their order. Throws `VARDROP_CALIBRATION` for those that do not, and for more
 * than one of a kind.
 */
export function readRules(model: Model, given: unknown): readonly CalibrationRule[] {
  if (!Array.isArray(given)) return refuse('rules', given, 'a list of what conformal and the like have learned');
  const heads = headsOf('calibration', model);
  if (given.length > 0 && heads.length > 1) refuse('rules', given, 'none for a model with several outputs');
  const [{ likelihood, targetShape }] = heads;
  const about = { targets: likelihood.targets, size: elementCount(targetShape) };
  const rules = given.map((rule: unknown) => readRule(rule, about));
  for (const kind of calibrationKinds)
    if (rules.filter((rule) => rule.kind === kind).length > 1) refuse('rules', `two of ${kind}`, 'one of each kind');
  return calibrationKinds.flatMap((kind) => rules.filter((rule) => rule.kind === kind));
}

function readRule(given: unknown, about: Targets): CalibrationRule {
  const rule = (typeof given === 'object' && given !== null ? given : {}) as Rules;
  const kind = rule.kind as CalibrationRule['kind'];
  if (!calibrationKinds.includes(kind)) refuse('kind', rule.kind ?? given, `one of ${calibrationKinds.join(', ')}`);
  const { rows } = rule;
  if (!(Number.isInteger(rows) && Number(rows) > 0)) refuse(`${kind}.rows`, rows, 'a positive integer');
  switch (kind) {
    case 'isotonic':
      return readIsotonic(rule, about);
    case 'conformal':
      return readConformal(rule, about);
    case 'selective':
      return readSelective(rule, about);
  }
}

function readConformal(rule: Rules, { targets, size }: Targets): ConformalRule {
  const { score, coverage, limits, rows, penalty, rank, randomized } = rule as unknown as ConformalRule;
  const scores: readonly string[] = scoresOf[targets];
  if (!scores.includes(score)) refuse('conformal.score', score, `one of ${scores.join(', ') || 'other targets'}`);
  checkCoverage('conformal', coverage);
  const lengths = targets === 'labels' ? [1, size] : [size];
  if (!isNumbers(limits) || !lengths.includes(limits.length))
    refuse('conformal.limits', limits, `${lengths.join(' or ')} finite numbers`);
  const isOption = (value: unknown) => value === undefined || (isNumber(value) && value >= 0);
  if (!isOption(penalty)) refuse('conformal.penalty', penalty, 'a number that is not negative');
  if (!isOption(rank)) refuse('conformal.rank', rank, 'a number that is not negative');
  if (randomized !== undefined && !(randomized === true && (score === 'aps' || score === 'raps')))
    refuse('conformal.randomized', randomized, 'true for aps or raps, or nothing');
  const own = { ...(score === 'raps' && { penalty, rank }), ...(randomized && { randomized }) };
  return { kind: 'conformal', score, coverage, limits: [...limits], rows, ...own };
}

function readIsotonic(rule: Rules, { targets, size }: Targets): IsotonicRule {
  const { maps, rows } = rule as unknown as IsotonicRule;
  const needed = isotonicMaps(targets, size);
  if (!Array.isArray(maps) || maps.length !== needed) return refuse('isotonic.maps', maps, `${needed} maps`);
  const isSorted = (values: readonly number[], strictly: boolean) =>
    values.every((value, i) => i === 0 || (strictly ? value > values[i - 1] : value >= values[i - 1]));
  const isMap = (map: unknown): map is IsotonicMap => {
    const { x, y } = (map ?? {}) as IsotonicMap;
    if (!isNumbers(x) || !isNumbers(y) || x.length === 0 || x.length !== y.length) return false;
    return isSorted(x, true) && isSorted(y, false) && y[0] >= 0 && y[y.length - 1] <= 1;
  };
  if (!maps.every(isMap)) refuse('isotonic.maps', maps, 'points x and y that ascend, with y from 0 to 1');
  return { kind: 'isotonic', maps: maps.map(({ x, y }) => ({ x: [...x], y: [...y] })), rows };
}

/** How many maps `isotonic` has: none for numbers. */
export function isotonicMaps(targets: TargetKind, size: number): number {
  if (targets === 'labels') return size === 2 ? 1 : size;
  return targets === 'binary' ? size : 0;
}

function readSelective(rule: Rules, { targets }: Targets): SelectiveRule {
  const { measure, coverage, threshold, rows } = rule as unknown as SelectiveRule;
  const measures: readonly string[] = measuresOf[targets];
  if (!measures.includes(measure)) refuse('selective.measure', measure, `one of ${measures.join(', ')}`);
  checkCoverage('selective', coverage);
  if (!isNumber(threshold)) refuse('selective.threshold', threshold, 'a finite number');
  return { kind: 'selective', measure, coverage, threshold, rows };
}

function checkCoverage(kind: string, coverage: unknown): void {
  if (!(isNumber(coverage) && coverage > 0 && coverage < 1)) refuse(`${kind}.coverage`, coverage, 'a number in (0, 1)');
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isNumbers = (value: unknown): value is readonly number[] => Array.isArray(value) && value.every(isNumber);

function refuse(what: string, got: unknown, needs: string): never {
  throw new VardropError(
    'VARDROP_CALIBRATION',
    `[calibration] ${what}: got ${formatValue(got)}, needs ${needs}. Calibrate the network anew.`,
  );
}
