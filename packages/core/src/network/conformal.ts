import { type ConformalRule, type ConformalScore, classScores, conformalLimit, unitsOf } from '../calibration/index.js';
import { scoresOf } from '../calibration/readConformalRule.js';
import { checkBoolean } from '../checkBoolean.js';
import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { EvaluateOptions } from '../evaluation/index.js';
import { formatValue } from '../formatValue.js';
import { headsOf } from '../likelihoods/heads.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import {
  type ClassificationPrediction,
  type Prediction,
  predict,
  type RegressionPrediction,
} from '../prediction/index.js';
import { readDataset } from '../training/data.js';
import { version } from '../version.js';
import { networkOf } from './createNetwork.js';
import { datasetOf } from './dataOf.js';
import type { Network, NetworkPredictOptions } from './network.js';
import { isTableOrRows, type TableOrRows } from './rows.js';

/** Options of `conformal`. */
export interface ConformalOptions
  extends Pick<NetworkPredictOptions, 'samples' | 'mode' | 'batch' | 'seed' | 'signal'> {
  /** Rows that the network was not trained on, and that it was not calibrated with otherwise, as `evaluate` takes them. */
  readonly data: EvaluateOptions['data'] | TableOrRows;
  /** The probability with which a new row's target is to be in its interval or set, in (0, 1). Default: 0.9. */
  readonly coverage?: number;
  /**
   * For numbers `absolute` (intervals of one width) or `scaled` (of widths in proportion to the predicted deviation; default). For labels
   * `threshold` (the smallest sets on average; default), `aps` (sets whose probability is large enough) or `raps` (the same with a penalty
   * for large ones).
   */
  readonly score?: ConformalScore;
  /** For labels: the coverage holds for each class by itself (Mondrian). It takes enough rows of each. Default: false. */
  readonly byClass?: boolean;
  /** Of `raps`: what each class after the first `rank` adds to the score. Default: 0.01. */
  readonly penalty?: number;
  /** Of `raps`. Default: 5. */
  readonly rank?: number;
}

/**
 * The network with intervals or sets that hold a new row's target with a probability of at least `coverage`, whatever the network and
 * the distribution of the data, as long as new rows are like those given: split conformal prediction (Vovk, Gammerman & Shafer 2005).
 * Given the calibration rows the coverage is random, Beta(k, n + 1 − k) with `k = ⌈(n + 1) coverage⌉` for scores without ties. Predictions get
 * `interval` or `sets`; predict with the same `samples` and `mode`. A column of numbers has the guarantee by itself, not all together.
 *
 * Throws `VARDROP_CONFORMAL` for too few rows (it says how many are needed), binary targets, several outputs, and missing targets;
 * `VARDROP_OPTION` for options that are none; and what `evaluate` throws for data.
 */
export async function conformal<Given extends Likelihoods>(
  network: Network<Given>,
  options: ConformalOptions,
): Promise<Network<Given>> {
  checkOptionNames('conformal', options, optionNames);
  const {
    data: given,
    coverage = 0.9,
    score: asked,
    byClass = false,
    penalty = 0.01,
    rank = 5,
    ...forPredict
  } = options;
  const { model, backend, parameters, posterior, preprocessing, classes, columns } = network;
  checkNumber('coverage', coverage, (value) => value > 0 && value < 1, 'a number above 0 and below 1, such as 0.9');
  checkBoolean('[conformal] byClass', byClass);
  for (const [name, value] of Object.entries({ penalty, rank }))
    checkNumber(name, value, (each) => each >= 0 && Number.isFinite(each), 'a number that is not negative');
  const heads = headsOf('conformal', model);
  const { targets } = heads[0].likelihood;
  if (heads.length > 1 || targets === 'binary') {
    const got = heads.length > 1 ? `a model with ${heads.length} outputs` : 'a model of binary targets';
    throw new VardropError(
      'VARDROP_CONFORMAL',
      `[conformal] network: got ${got}, needs one output of labels or numbers. Use categorical() with two classes for yes and no, and a network for each output.`,
    );
  }
  const usual = targets === 'labels' ? 'threshold' : 'scaled';
  const score = asked === undefined ? usual : asked;
  checkChoice('VARDROP_OPTION', '[conformal] score', score, [...scoresOf[targets]]);
  if (byClass && targets !== 'labels') checkNumber('byClass', Number.NaN, () => false, 'labels. Leave it out');
  const read = isTableOrRows(given) ? datasetOf('conformal', model, preprocessing, given) : given;
  const data = readDataset('conformal', model, heads, read);
  const known = data.targets[heads[0].output.name];
  checkKnown(known, data.rows, targets === 'labels' ? 1 : known.length / data.rows);
  const about = { ...forPredict, backend, parameters, posterior, inputs: data.inputs };
  const prediction = (await predict(model, about)) as Prediction;
  const rule = { score, coverage, rows: data.rows, ...(score === 'raps' && { penalty, rank }) };
  const limits =
    prediction.kind === 'classification'
      ? classLimits(prediction, known, rule, byClass)
      : columnLimits(prediction as RegressionPrediction, known, rule);
  const knowledge = preprocessing ? { preprocessing } : { classes, columns };
  return networkOf(model, { backend, parameters, posterior, conformal: { ...rule, limits }, ...knowledge }, version);
}

const optionNames: Readonly<Record<keyof ConformalOptions, true>> = {
  ...{ data: true, coverage: true, score: true, byClass: true, penalty: true, rank: true },
  ...{ samples: true, mode: true, batch: true, seed: true, signal: true },
};

function checkNumber(name: string, value: unknown, fits: (value: number) => boolean, needs: string): void {
  if (typeof value === 'number' && fits(value)) return;
  throw new VardropError('VARDROP_OPTION', `[conformal] ${name}: got ${formatValue(value)}, needs ${needs}.`);
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
  const units = unitsOf(prediction, rule);
  const { rows, outputs, mean } = prediction;
  return Array.from({ length: outputs }, (_, column) => {
    const scores = Float64Array.from({ length: rows }, (_, row) => {
      const i = row * outputs + column;
      return Math.abs(targets[i] - mean[i]) / units[i];
    });
    return conformalLimit(scores, rule.coverage);
  });
}

/** The limit of all classes, or of each. */
function classLimits(
  { rows, classes, probabilities }: ClassificationPrediction,
  labels: ArrayLike<number>,
  rule: Unfinished,
  byClass: boolean,
): readonly number[] {
  const scores = Float64Array.from({ length: rows }, (_, row) => {
    const own = classScores(probabilities.subarray(row * classes, (row + 1) * classes), rule);
    return own[labels[row]];
  });
  if (!byClass) return [conformalLimit(scores, rule.coverage)];
  return Array.from({ length: classes }, (_, c) =>
    conformalLimit(
      scores.filter((_, row) => labels[row] === c),
      rule.coverage,
      `rows of class ${c}`,
    ),
  );
}
