import {
  areaUnderRocCurve,
  averagePrecision,
  binaryCalibrationError,
  brierScore,
  errorRate,
  expectedCalibrationError,
  topKAccuracy,
} from '../metrics/index.js';
import { mostProbable } from '../metrics/mostProbable.js';
import type { BinaryPrediction, ClassificationPrediction, PredictionSets } from '../prediction/prediction.js';
import type { AcceptedEvaluation, BinaryEvaluation, ClassificationEvaluation, SetsEvaluation } from './evaluation.js';
import { presentTargets, type ScoredRows, weightedMean } from './scoredRows.js';

/** What is asked of evaluations of classes. */
export interface ClassOptions {
  /** Bins of calibration errors. */
  readonly bins: number | undefined;
  readonly topK: number | undefined;
}

/** Metrics of classes. Of targets that are probabilities, all but the NLL are those of the most probable class. */
export function evaluateLabels(
  { prediction, targets, weights, nll }: ScoredRows<ClassificationPrediction>,
  { bins, topK }: ClassOptions,
): ClassificationEvaluation {
  const { probabilities, classes, rows, samples } = prediction;
  const labels = targets.length > rows ? mostProbable(targets, rows) : targets;
  const error = errorRate(prediction.labels, labels, { weights });
  const calibrate = (binning: 'equalWidth' | 'equalMass') =>
    expectedCalibrationError(probabilities, labels, { classes, bins, binning, weights });
  const calibration = { equalWidth: calibrate('equalWidth'), equalMass: calibrate('equalMass') };
  return {
    kind: 'classification',
    rows,
    samples,
    nll,
    error,
    accuracy: 1 - error,
    brier: brierScore(probabilities, labels, { classes, weights }),
    ece: calibration.equalWidth.ece,
    calibration,
    ...(topK !== undefined && { topK: topKAccuracy(probabilities, labels, { classes, k: topK, weights }) }),
    ...(prediction.sets && { sets: evaluateSets(prediction.sets, labels, weights) }),
    ...(prediction.accepted && { accepted: evaluateAccepted(prediction, Array.from(labels), weights) }),
  };
}

/** Metrics of 0 and 1. Of targets that are probabilities, all but NLL and Brier score are those of the more probable one. */
export function evaluateBinary(
  scored: ScoredRows<BinaryPrediction>,
  { bins }: Pick<ClassOptions, 'bins'>,
): BinaryEvaluation {
  const { prediction, targets, nll } = scored;
  const { rows, samples, outputs: columns, probabilities } = prediction;
  const chosen = (column?: number) => {
    const { indices, weights } = presentTargets(scored, columns, column);
    return {
      indices,
      weights,
      scores: indices.map((i) => probabilities[i]),
      labels: indices.map((i) => (targets[i] > 0.5 ? 1 : 0)),
    };
  };
  const { indices, weights, scores, labels } = chosen();
  const wrong = labels.map((label, i) => (label === prediction.labels[indices[i]] ? 0 : 1));
  const error = weightedMean(wrong, weights);
  const calibrate = (binning: 'equalWidth' | 'equalMass') =>
    binaryCalibrationError(scores, labels, { bins, binning, weights });
  const calibration = { equalWidth: calibrate('equalWidth'), equalMass: calibrate('equalMass') };
  const outputs = Array.from({ length: columns }, (_, column) => {
    const own = chosen(column);
    const counted = own.labels.filter((_, i) => (own.weights?.[i] ?? 1) > 0);
    if (new Set(counted).size < 2) return { areaUnderRocCurve: Number.NaN, averagePrecision: Number.NaN };
    return {
      areaUnderRocCurve: areaUnderRocCurve(own.scores, own.labels, { weights: own.weights }),
      averagePrecision: averagePrecision(own.scores, own.labels, { weights: own.weights }),
    };
  });
  const ranked = outputs.filter((each) => !Number.isNaN(each.areaUnderRocCurve));
  return {
    kind: 'binary',
    rows,
    samples,
    targets: indices.length,
    nll,
    error,
    accuracy: 1 - error,
    brier: weightedMean(
      indices.map((i) => (probabilities[i] - targets[i]) ** 2),
      weights,
    ),
    ece: calibration.equalWidth.ece,
    calibration,
    areaUnderRocCurve: weightedMean(
      ranked.map((each) => each.areaUnderRocCurve),
      undefined,
    ),
    averagePrecision: weightedMean(
      ranked.map((each) => each.averagePrecision),
      undefined,
    ),
    outputs,
    ...(prediction.accepted && {
      accepted: evaluateAccepted(
        prediction,
        Array.from(targets, (target) => (Number.isNaN(target) ? target : Number(target > 0.5))),
        scored.weights,
      ),
    }),
  };
}

function evaluateSets(
  { members, sizes, coverage }: PredictionSets,
  labels: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): SetsEvaluation {
  const classes = members.length / sizes.length;
  const held = Array.from(sizes, (_, row) => members[row * classes + labels[row]]);
  return {
    probability: coverage,
    coverage: weightedMean(held, weights),
    size: weightedMean(Array.from(sizes), weights),
  };
}

/** `labels` are the true ones of all outputs, NaN for missing ones. */
function evaluateAccepted(
  { accepted = new Uint8Array(), labels: predicted, rows }: ClassificationPrediction | BinaryPrediction,
  labels: readonly number[],
  weights: ArrayLike<number> | undefined,
): AcceptedEvaluation {
  const width = labels.length / rows;
  const share = weightedMean(Array.from(accepted), weights);
  const counted = labels.map((label, i) => {
    const row = Math.floor(i / width);
    return Number.isNaN(label) ? 0 : accepted[row] * (weights?.[row] ?? 1);
  });
  const wrong = labels.map((label, i) => (label === predicted[i] ? 0 : 1));
  return { share, error: weightedMean(wrong, counted) };
}
