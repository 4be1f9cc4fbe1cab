import {
  type BinaryEvaluation,
  type BinaryPrediction,
  type ClassificationEvaluation,
  type ClassificationPrediction,
  evaluate,
  type Likelihood,
  type Network,
  predict,
  type RegressionEvaluation,
  type RegressionPrediction,
} from '@vardrop/core';
import type { Task } from '../data/task.js';
import type { Rows, TaskData } from '../data/taskData.js';
import type { RunSummary, TrainingReport } from '../report/trainingReport.js';
import { binarySections } from './binarySections.js';
import { mostUncertain } from './mostUncertain.js';
import {
  mostPoints,
  type PredictedNumbers,
  regressionMeasures,
  regressionSections,
  shownQuantiles,
} from './regressionSections.js';

/** How good predictions are: measures, and what the report shows of them. */
export interface TaskEvaluation {
  readonly measures: Pick<RunSummary, MeasuredKey> & Pick<RunSummary, 'nll'>;
  /** Targets behind the measures: rows, or where there are several answers of yes or no, all of them. */
  readonly count: number;
  readonly sections: Pick<TrainingReport, 'reliability' | 'regression' | 'binary' | 'uncertain'>;
}

type MeasuredKey =
  | 'testError'
  | 'brier'
  | 'ece'
  | 'rmse'
  | 'crps'
  | 'coverage50'
  | 'coverage90'
  | 'auroc'
  | 'averagePrecision'
  | 'covered'
  | 'setSize'
  | 'intervalWidth'
  | 'accepted'
  | 'acceptedError'
  | 'acceptedRmse';

/** What the rows are of: names, preprocessing, images to show. */
interface About extends Pick<TaskData, 'preprocessing' | 'shown'> {
  readonly task: Pick<Task, 'targets' | 'classes'>;
}

/** How it is evaluated. */
export interface EvaluationOptions {
  /** Monte-Carlo samples. */
  readonly samples: number;
  readonly seed: number;
}

/** The least number of samples from `least` on in which each member of an ensemble has as many turns as the others. */
export function samplesOf({ posterior }: Pick<Network, 'posterior'>, least: number): number {
  const members = posterior?.kind === 'ensemble' ? Number(posterior.settings.members) : 1;
  return Math.ceil(least / members) * members;
}

/** At most so many of the rows, evenly in their order. */
function evenly(rows: number, most: number): readonly number[] {
  const count = Math.min(rows, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/** Copies some rows. */
function rowsAt(inputs: Float32Array, rows: number, some: readonly number[]): Float32Array {
  if (some.length === rows) return inputs;
  const width = inputs.length / rows;
  const copied = new Float32Array(some.length * width);
  some.forEach((row, i) => {
    copied.set(inputs.subarray(row * width, (row + 1) * width), i * width);
  });
  return copied;
}

/**
 * Evaluates a network on rows with targets. Numbers are in the units of their columns.
 *
 * @param data what the rows are of: task, preprocessing, images to show.
 */
export async function evaluateTask(
  network: Network,
  { data, rows }: Rows,
  about: About,
  { samples, seed }: EvaluationOptions,
): Promise<TaskEvaluation> {
  // This signal is never raised: after Ctrl-C the network is still measured. With a signal, core yields to the event loop, so that
  // a second Ctrl-C is noticed.
  const { signal } = new AbortController();
  const { model, backend, parameters, posterior, calibration } = network;
  const options = { backend, parameters, posterior, samples, seed, signal };
  const drawing = { samples, seed, signal };
  const areNumbers = (model.likelihood as Likelihood).targets.match(/values|counts/) !== null;
  // Measures of numbers are put into units below; the rules of a calibration are in units already.
  const evaluated = areNumbers ? await evaluate(model, { ...options, data }) : await network.evaluate(data, drawing);
  if (!('kind' in evaluated)) throw new TypeError('networks of the command have one output');
  switch (evaluated.kind) {
    case 'classification':
    case 'binary': {
      const prediction = await network.predict(data.inputs, { ...drawing, preprocessed: true });
      return evaluated.kind === 'classification'
        ? ofClasses(evaluated, prediction as ClassificationPrediction, about)
        : ofAnswers(evaluated, prediction as BinaryPrediction, data.targets, about, rows);
    }
    case 'regression': {
      const prediction = await predict(model, { ...options, inputs: data.inputs });
      // Quantiles of a mixture take time: those of some rows are shown, and coverage of one target is known for all of them.
      const some = about.task.targets.length === 1 ? evenly(rows, mostPoints) : evenly(rows, rows);
      const quantiles = evaluated.intervals && [...shownQuantiles];
      const drawn = await predict(model, { ...options, quantiles, inputs: rowsAt(data.inputs, rows, some) });
      const predicted = { all: prediction as RegressionPrediction, some, drawn: drawn as RegressionPrediction };
      const calibrated = calibration?.length ? await network.evaluate(data, drawing) : undefined;
      return ofNumbers(evaluated, predicted, data.targets, about, calibrated as RegressionEvaluation | undefined);
    }
  }
}

/** Measures of what a calibration has added to predictions. */
function ofCalibration({
  sets,
  interval,
  accepted,
}: {
  readonly sets?: ClassificationEvaluation['sets'];
  readonly interval?: RegressionEvaluation['interval'];
  readonly accepted?: ClassificationEvaluation['accepted'] | RegressionEvaluation['accepted'];
}): Partial<TaskEvaluation['measures']> {
  return {
    ...(sets && { covered: sets.coverage, setSize: sets.size }),
    ...(interval && { covered: interval.coverage, intervalWidth: interval.width }),
    ...(accepted && {
      accepted: accepted.share,
      ...('rmse' in accepted ? { acceptedRmse: accepted.rmse } : { acceptedError: accepted.error }),
    }),
  };
}

function ofClasses(
  { rows, nll, error, brier, ece, calibration, ...rest }: ClassificationEvaluation,
  prediction: ClassificationPrediction,
  { shown }: About,
): TaskEvaluation {
  return {
    measures: { nll, testError: error, brier, ece, ...ofCalibration(rest) },
    count: rows,
    sections: {
      reliability: { bins: calibration.equalWidth.bins, ece },
      ...(shown && { uncertain: mostUncertain(prediction, shown) }),
    },
  };
}

function ofAnswers(
  { targets: count, nll, error, brier, ece, areaUnderRocCurve, averagePrecision, accepted }: BinaryEvaluation,
  prediction: BinaryPrediction,
  targets: ArrayLike<number>,
  { task }: About,
  rows: number,
): TaskEvaluation {
  const ranked = Number.isNaN(areaUnderRocCurve) ? {} : { auroc: areaUnderRocCurve, averagePrecision };
  return {
    measures: { nll, testError: error, brier, ece, ...ranked, ...ofCalibration({ accepted }) },
    count,
    sections: { binary: binarySections(prediction, targets, task, rows) },
  };
}

function ofNumbers(
  evaluation: RegressionEvaluation,
  predicted: PredictedNumbers,
  targets: ArrayLike<number>,
  { task, preprocessing }: About,
  calibrated: RegressionEvaluation | undefined,
): TaskEvaluation {
  if (!preprocessing) throw new TypeError('targets that are numbers come from tables');
  return {
    measures: { ...regressionMeasures(evaluation, preprocessing), ...(calibrated && ofCalibration(calibrated)) },
    count: evaluation.rows,
    sections: { regression: regressionSections({ evaluation, predicted, targets, task, preprocessing }) },
  };
}
