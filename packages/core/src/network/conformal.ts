import {
  bandOf,
  type ConformalRule,
  type ConformalScore,
  classScores,
  conformalLimit,
  quantileLevels,
  rowNoise,
  scoresOf,
} from '../calibration/index.js';
import { checkBoolean } from '../checkBoolean.js';
import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import type { ClassificationPrediction, RegressionPrediction } from '../prediction/index.js';
import {
  calibrationOptionNames,
  calibrationRows,
  checkCoverage,
  checkFitting,
  type NetworkCalibrationOptions,
  onlyHead,
  predictRows,
} from './calibrationRows.js';
import { changed } from './changed.js';
import type { Network } from './network.js';

/** Options of `conformal`. */
export interface ConformalOptions extends NetworkCalibrationOptions {
  /** The probability with which a new row's target is to be in its interval or set, in (0, 1). Default: 0.9. */
  readonly coverage?: number;
  /**
   * For numbers `absolute` (intervals of one width), `scaled` (of widths in proportion to the predicted deviation; default) or `quantile`
   * (predicted quantiles, each moved by the same distance). For labels `threshold` (the smallest sets on average; default), `aps` (sets
   * whose probability is large enough) or `raps` (the same with a penalty for large ones).
   */
  readonly score?: ConformalScore;
  /** For labels: the coverage holds for each class by itself (Mondrian). It takes enough rows of each. Default: false. */
  readonly byClass?: boolean;
  /** Of `raps`: what each class after the first `rank` adds to the score. Default: 0.01. */
  readonly penalty?: number;
  /** Of `raps`. Default: 5. */
  readonly rank?: number;
  /**
   * Of `aps` and `raps`: the last class of a set is left out at random, so that sets are smaller and cover as often as they say, not
   * more often. A set may then be empty. The noise depends on `seed` and the row's index, here and in predictions. Default: false.
   */
  readonly randomized?: boolean;
}

const who = {
  name: 'conformal',
  code: 'VARDROP_CONFORMAL',
  without: ['binary'],
  remedy: 'Use categorical() with two classes for yes and no, and a network for each output.',
} as const;

/**
 * The network with intervals or sets that hold a new row's target with a probability of at least `coverage`, whatever the network and
 * the distribution of the data, as long as new rows are like those given: split conformal prediction (Vovk, Gammerman & Shafer 2005).
 * Given the calibration rows the coverage is random, Beta(k, n + 1 − k) with `k = ⌈(n + 1) coverage⌉` for scores without ties. Predictions get
 * `interval` or `sets`; predict with the same `samples` and `mode`. A column of numbers has the guarantee by itself, not all together.
 * An earlier `conformal` is replaced. Weights of rows are not read.
 *
 * Throws `VARDROP_CONFORMAL` for too few rows (it says how many are needed), binary targets, several outputs, and missing targets;
 * `VARDROP_LIKELIHOOD` for quantiles of a likelihood without them; `VARDROP_OPTION` for options that are none; and what `evaluate` throws
 * for data.
 */
export async function conformal<Given extends Likelihoods>(
  network: Network<Given>,
  options: ConformalOptions,
): Promise<Network<Given>> {
  checkOptionNames('conformal', options, optionNames);
  const head = onlyHead(network, who);
  const { targets } = head.likelihood;
  const unfinished = readOptions(options, targets === 'labels' ? 'labels' : 'values');
  const data = await calibrationRows('conformal', network, options);
  const known = data.targets[head.output.name];
  checkKnown(known, data.rows, targets === 'labels' ? 1 : known.length / data.rows);
  const { byClass = false, seed } = options;
  const rule = { ...unfinished, rows: data.rows };
  const levels = quantileLevels([rule]);
  const prediction = await predictRows(network, options, data, levels.length > 0 ? levels : undefined);
  const limits =
    prediction.kind === 'classification'
      ? classLimits(prediction, known, { rule, byClass, seed })
      : columnLimits(prediction as RegressionPrediction, known, rule);
  const others = network.calibration?.filter(({ kind }) => kind !== 'conformal') ?? [];
  return changed(network, { calibration: [...others, { ...rule, limits }] });
}

const optionNames: Readonly<Record<keyof ConformalOptions, true>> = {
  ...calibrationOptionNames,
  ...{ coverage: true, score: true, byClass: true, penalty: true, rank: true, randomized: true },
};

/** The options as a rule. Throws `VARDROP_OPTION`. */
function readOptions(options: ConformalOptions, targets: 'labels' | 'values'): Omit<ConformalRule, 'limits' | 'rows'> {
  const { coverage = 0.9, score = scoresOf[targets][0], byClass = false, penalty = 0.01, rank = 5 } = options;
  const { randomized = false } = options;
  checkCoverage('conformal', coverage);
  checkBoolean('[conformal] byClass', byClass);
  checkBoolean('[conformal] randomized', randomized);
  for (const [name, value] of Object.entries({ penalty, rank }))
    checkFitting(`[conformal] ${name}`, value, (each) => each >= 0 && Number.isFinite(each), 'a number from 0 on');
  checkChoice('VARDROP_OPTION', '[conformal] score', score, [...scoresOf[targets]]);
  const refuse = (what: string, needs: string): never => {
    throw new VardropError('VARDROP_OPTION', `[conformal] ${what}: got true, needs ${needs}. Leave it out.`);
  };
  if (byClass && targets !== 'labels') refuse('byClass', 'labels');
  if (randomized && score !== 'aps' && score !== 'raps') refuse('randomized', 'the score aps or raps');
  const own = { ...(score === 'raps' && { penalty, rank }), ...(randomized && { randomized }) };
  return { kind: 'conformal', score, coverage, ...own };
}

/** Throws `VARDROP_CONFORMAL` for missing targets, and for probabilities in place of labels. */
function checkKnown(targets: ArrayLike<number>, rows: number, width: number): void {
  const refuse = (got: string): never => {
    throw new VardropError(
      'VARDROP_CONFORMAL',
      `[conformal] targets: got ${got}, needs one known target of each row. Leave out other rows.`,
    );
  };
  if (targets.length !== rows * width) refuse('probabilities of classes');
  for (let i = 0; i < targets.length; i++)
    if (Number.isNaN(targets[i])) refuse(`a missing one in row ${Math.floor(i / width)}`);
}

type Unfinished = Omit<ConformalRule, 'limits'>;

/** The limit of each column. */
function columnLimits(
  prediction: RegressionPrediction,
  targets: ArrayLike<number>,
  rule: Unfinished,
): readonly number[] {
  const { lower, upper, unit } = bandOf(prediction, rule);
  const { rows, outputs } = prediction;
  return Array.from({ length: outputs }, (_, column) => {
    const scores = Float64Array.from({ length: rows }, (_, row) => {
      const i = row * outputs + column;
      return Math.max(lower[i] - targets[i], targets[i] - upper[i]) / unit[i];
    });
    return conformalLimit(scores, rule.coverage);
  });
}

/** The limit of all classes, or of each. */
function classLimits(
  { rows, classes, probabilities }: ClassificationPrediction,
  labels: ArrayLike<number>,
  { rule, byClass, seed }: { readonly rule: Unfinished; readonly byClass: boolean; readonly seed: number | undefined },
): readonly number[] {
  const noise = rule.randomized ? rowNoise(rows, { seed, calibration: true }) : new Float32Array(rows);
  const scores = Float64Array.from({ length: rows }, (_, row) => {
    const own = classScores(probabilities.subarray(row * classes, (row + 1) * classes), rule, noise[row]);
    return own[labels[row]];
  });
  if (!byClass) return [conformalLimit(scores, rule.coverage)];
  return Array.from({ length: classes }, (_, c) =>
    conformalLimit(
      scores.filter((_, row) => labels[row] === c),
      rule.coverage,
      { of: `rows of class ${c}` },
    ),
  );
}
