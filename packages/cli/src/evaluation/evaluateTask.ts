import {
  type BinaryEvaluation,
  type BinaryPrediction,
  type ClassificationEvaluation,
  type ClassificationPrediction,
  evaluate,
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
import { regressionMeasures, regressionSections } from './regressionSections.js';

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
  | 'averagePrecision';

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

/** Quantiles whose differences are the central 90 % and 50 % intervals. */
const quantiles = [0.05, 0.25, 0.75, 0.95] as const;

/**
 * Evaluates a network on rows with targets. Numbers are in the units of their columns.
 *
 * @param data what the rows are of: task, preprocessing, images to show.
 */
export async function evaluateTask(
  { model, backend, parameters }: Pick<Network, 'model' | 'backend' | 'parameters'>,
  { data, rows }: Rows,
  about: About,
  { samples, seed }: EvaluationOptions,
): Promise<TaskEvaluation> {
  // This signal is never raised: after Ctrl-C the network is still measured. With a signal, core yields to the event loop, so that
  // a second Ctrl-C is noticed.
  const { signal } = new AbortController();
  const options = { backend, parameters, samples, seed, signal };
  const evaluated = await evaluate(model, { ...options, data });
  if (!('kind' in evaluated)) throw new TypeError('networks of the command have one output');
  const asked = evaluated.kind === 'regression' && evaluated.intervals ? { quantiles: [...quantiles] } : {};
  const prediction = await predict(model, { ...options, ...asked, inputs: data.inputs });
  switch (evaluated.kind) {
    case 'classification':
      return ofClasses(evaluated, prediction as ClassificationPrediction, about);
    case 'binary':
      return ofAnswers(evaluated, prediction as BinaryPrediction, data.targets, about, rows);
    case 'regression':
      return ofNumbers(evaluated, prediction as RegressionPrediction, data.targets, about);
  }
}

function ofClasses(
  { rows, nll, error, brier, ece, calibration }: ClassificationEvaluation,
  prediction: ClassificationPrediction,
  { shown }: About,
): TaskEvaluation {
  return {
    measures: { nll, testError: error, brier, ece },
    count: rows,
    sections: {
      reliability: { bins: calibration.equalWidth.bins, ece },
      ...(shown && { uncertain: mostUncertain(prediction, shown) }),
    },
  };
}

function ofAnswers(
  { targets: count, nll, error, brier, ece, areaUnderRocCurve, averagePrecision }: BinaryEvaluation,
  prediction: BinaryPrediction,
  targets: ArrayLike<number>,
  { task }: About,
  rows: number,
): TaskEvaluation {
  const ranked = Number.isNaN(areaUnderRocCurve) ? {} : { auroc: areaUnderRocCurve, averagePrecision };
  return {
    measures: { nll, testError: error, brier, ece, ...ranked },
    count,
    sections: { binary: binarySections(prediction, targets, task, rows) },
  };
}

function ofNumbers(
  evaluation: RegressionEvaluation,
  prediction: RegressionPrediction,
  targets: ArrayLike<number>,
  { task, preprocessing }: About,
): TaskEvaluation {
  if (!preprocessing) throw new TypeError('targets that are numbers come from tables');
  return {
    measures: regressionMeasures(evaluation, preprocessing),
    count: evaluation.rows,
    sections: { regression: regressionSections({ evaluation, prediction, targets, task, preprocessing }) },
  };
}
