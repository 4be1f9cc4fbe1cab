import { allTensors } from '../allParameters.js';
import type { Tensor } from '../backend/contract.js';
import { disposeAll } from '../backend/disposeAll.js';
import { applyRules, type CalibrationRule, quantileLevels } from '../calibration/index.js';
import { checkBoolean } from '../checkBoolean.js';
import { checkObject } from '../checkObject.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { checkSignal } from '../checkSignal.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';
import { type Head, isNamed } from '../likelihoods/heads.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { assemblePrediction, outputsOf } from '../prediction/assemblePrediction.js';
import {
  type PredictorOptions,
  type PredictorRunOptions,
  predictorOptionNames,
  predictorOptionsElsewhere,
  readPredictorOptions,
} from '../prediction/createPredictor.js';
import { createSampler } from '../prediction/createSampler.js';
import type { BinaryPrediction, ClassificationPrediction } from '../prediction/prediction.js';
import { key } from '../random/key.js';
import { readTensors } from '../readTensors.js';
import type { TensorMap } from '../tensorData.js';
import { type AnyDataset, type ReadDataset, readDataset } from '../training/data.js';
import type { TargetScales } from '../training/targetScales.js';
import { type ClassOptions, evaluateBinary, evaluateLabels } from './evaluateClasses.js';
import { evaluateValues, type ValueOptions } from './evaluateValues.js';
import type { Evaluation, EvaluationOf } from './evaluation.js';
import { weightedMean } from './scoredRows.js';

/** Options of `evaluate`. */
export interface EvaluateOptions extends Omit<PredictorOptions, 'quantiles'>, Omit<PredictorRunOptions, 'row'> {
  /** Values of every parameter, and of what the model carries beside them, as for `predict`. */
  readonly parameters: TensorMap<ArrayLike<number>>;
  /** Rows with their targets, as for `fit`. With `weights` all metrics are weighted means over rows. */
  readonly data: AnyDataset;
  /** Bins of calibration errors. Default: 15. */
  readonly bins?: number;
  /** For labels: the share of them among this number of most probable classes is given too. */
  readonly topK?: number;
  /** Whether numbers get a CRPS. It takes up to ten milliseconds a target, for Gaussian targets less than one. Default: true. */
  readonly crps?: boolean;
}

const { quantiles: _, ...ofPredictor } = predictorOptionNames;

/** The names of all options of `evaluate`. */
export const evaluateOptionNames: Readonly<Record<keyof EvaluateOptions, true>> = {
  ...{ ...ofPredictor, seed: true, signal: true, parameters: true, data: true, bins: true, topK: true, crps: true },
};

/** What other libraries call these options. */
const elsewhere = {
  ...predictorOptionsElsewhere,
  state: 'Write parameters: state.parameters.',
  inputs: 'Write data: { inputs, targets }.',
  targets: 'Write data: { inputs, targets }.',
};

/**
 * How good a model's predictions are. The negative log likelihood is exact for the samples drawn: `−log` of their mean probability or
 * density of a row's targets, `−log (1/S) Σ p(y | x, w_s)`. So more samples lower it on average, and that of few samples is an upper
 * bound. Missing targets are left out of all means, and rows without targets too. Uses the noise that `predict` uses for the seed.
 *
 * Throws what `readDataset` throws for the data and `predict` for options and parameters; `VARDROP_OPTION` for unknown options and
 * unless `bins` and `topK` are positive integers; `VARDROP_EMPTY` for an output all of whose targets are missing.
 */
export async function evaluate<Given extends Likelihoods>(
  model: Model<Given>,
  options: EvaluateOptions,
): Promise<EvaluationOf<Given>> {
  return evaluateInUnits(model, options, new Map());
}

/** The same, with metrics in the units of columns that were standardized, of predictions that rules have changed. */
export async function evaluateInUnits<Given extends Likelihoods>(
  model: Model<Given>,
  options: EvaluateOptions,
  scales: TargetScales,
  rules: readonly CalibrationRule[] = [],
): Promise<EvaluationOf<Given>> {
  checkObject('VARDROP_MODEL', '[evaluate] model', model, 'apply', 'sequential()');
  checkOptionNames('evaluate', options, evaluateOptionNames, elsewhere);
  const { parameters, data: given, seed = 0, signal, bins, topK, crps = true } = options;
  checkSignal('evaluate', signal);
  checkBoolean('[evaluate] crps', crps);
  key(seed);
  for (const [name, value] of Object.entries({ bins, topK })) checkPositive(name, value);
  const { heads, ...forSampler } = readPredictorOptions('evaluate', model, options);
  const data = readDataset('evaluate', model, heads, given);
  const read = readTensors('[evaluate] parameter', allTensors(model), parameters, {
    remedy: 'Use the model that the parameters were trained with.',
  });
  signal?.throwIfAborted();
  const { backend } = options;
  const sampler = createSampler(model, { ...forSampler, score: true, components: true });
  const uploaded: Record<string, Tensor> = {};
  try {
    for (const [name, { shape, data }] of Object.entries(read)) uploaded[name] = backend.upload(data, shape);
    const { inputs, rows, targets } = data;
    const outputs = await sampler.run(uploaded, { inputs, rows, targets, seed, signal });
    const about = { samples: sampler.samples, bins, topK, crps, signal, scales, rules, seed };
    const all: [name: string, Evaluation][] = [];
    for (const head of heads) all.push([head.output.name, await evaluateHead(head, data, outputs, about)]);
    const evaluation = isNamed(model)
      ? { nll: jointLoss(heads, data, outputs, scales), outputs: Object.fromEntries(all) }
      : all[0][1];
    // The likelihoods decide which evaluations these are.
    return evaluation as EvaluationOf<Given>;
  } finally {
    disposeAll(backend, Object.values(uploaded));
    sampler.dispose();
  }
}

function checkPositive(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value > 0)) return;
  throw new VardropError('VARDROP_OPTION', `[evaluate] ${name}: got ${formatValue(value)}, needs a positive integer.`);
}

type Outputs = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

async function evaluateHead(
  { output, likelihood, prefix }: Head,
  { targets: all, weights, rows }: ReadDataset,
  outputs: Outputs,
  { samples, scales, rules, seed, ...about }: ClassOptions & Omit<ValueOptions, 'scale'> & AboutHead,
): Promise<Evaluation> {
  const { targets: kind, distribution } = likelihood;
  const quantiles = quantileLevels(rules);
  const assembled = assemblePrediction(outputs, { rows, samples, prefix, targets: kind, quantiles, distribution });
  const prediction = applyRules(assembled, rules, { seed });
  const own = outputsOf(outputs, prefix);
  const targets = all[output.name];
  const scale = scales.get(output.name) ?? [1];
  const units = unitLosses(targets, rows, scale);
  const isRecalibrated = rules.some(({ kind }) => kind === 'isotonic') && prediction.kind !== 'regression';
  const losses = isRecalibrated
    ? probabilityLosses(prediction, targets)
    : rowLosses([own.negativeLogLikelihood], rows).map((loss, row) => loss + units[row]);
  const scored = { targets, weights, nll: meanLoss(output.name, losses, targets, weights) };
  switch (prediction.kind) {
    case 'classification':
      return evaluateLabels({ ...scored, prediction }, about);
    case 'binary':
      return evaluateBinary({ ...scored, prediction }, about);
    case 'regression':
      return evaluateValues({ ...scored, prediction }, distribution, own, { ...about, scale });
  }
}

/** The samples, units and rules of a prediction. */
interface AboutHead {
  readonly samples: number;
  readonly scales: TargetScales;
  readonly rules: readonly CalibrationRule[];
  readonly seed: number;
}

/** `−log` of the predicted probability of each row's targets, of binary ones summed; those that are missing are left out. */
function probabilityLosses(
  { kind, rows, probabilities }: ClassificationPrediction | BinaryPrediction,
  targets: ArrayLike<number>,
): readonly number[] {
  const width = probabilities.length / rows;
  // Not of what never happens, whose logarithm may be infinite.
  const loss = (target: number, p: number) => (target > 0 ? -target * Math.log(p) : 0);
  return Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) {
      const target = targets.length === rows * width ? targets[i] : Number(targets[row] === i % width);
      sum += loss(target, probabilities[i]) + (kind === 'binary' ? loss(1 - target, 1 - probabilities[i]) : 0);
    }
    return sum;
  });
}

/** The mean over the rows that have targets. */
function meanLoss(
  name: string,
  losses: readonly number[],
  targets: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): number {
  const columns = targets.length / losses.length;
  const has = losses.map(() => false);
  for (let i = 0; i < targets.length; i++) if (!Number.isNaN(targets[i])) has[Math.floor(i / columns)] = true;
  const counted = losses.map((_, row) => (has[row] ? (weights?.[row] ?? 1) : 0));
  if (counted.some((weight) => weight > 0)) return weightedMean(losses, counted);
  throw new VardropError(
    'VARDROP_EMPTY',
    `[evaluate] targets: got none of the output '${name}' that is not missing, needs at least one, in a row with a weight. Leave the output out.`,
  );
}

/** All targets of a row together, under the same samples. */
function jointLoss(
  heads: readonly Head[],
  { rows, weights, targets }: ReadDataset,
  outputs: Outputs,
  scales: TargetScales,
): number {
  const each = heads.map(({ prefix }) => outputs[`${prefix}negativeLogLikelihood`]);
  const units = heads.map(({ output: { name } }) => unitLosses(targets[name], rows, scales.get(name) ?? [1]));
  const losses = rowLosses(each, rows).map((loss, row) => units.reduce((sum, own) => sum + own[row], loss));
  return weightedMean(losses, weights);
}

/** What the units of the columns add to the loss of each row: a density in larger units is as many times smaller. */
function unitLosses(targets: ArrayLike<number>, rows: number, scale: readonly number[]): Float64Array {
  const losses = new Float64Array(rows);
  const columns = targets.length / rows;
  for (let i = 0; i < targets.length; i++)
    if (!Number.isNaN(targets[i])) losses[Math.floor(i / columns)] += Math.log(scale[i % scale.length]);
  return losses;
}

/** `−log (1/S) Σ exp(−loss)` of each row, for losses `[samples, rows]` of several outputs, which add up. */
function rowLosses(losses: readonly Float32Array[], rows: number): readonly number[] {
  const samples = losses[0].length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const each = Array.from({ length: samples }, (_, sample) =>
      losses.reduce((sum, values) => sum + values[sample * rows + row], 0),
    );
    const least = each.reduce((a, b) => Math.min(a, b));
    // Relative to the least loss, so that not all probabilities underflow.
    return least - Math.log(each.reduce((sum, loss) => sum + Math.exp(least - loss), 0) / samples);
  });
}
