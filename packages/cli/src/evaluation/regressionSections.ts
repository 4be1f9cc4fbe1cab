import { type Preprocessing, type RegressionEvaluation, type RegressionPrediction, targetUnits } from '@vardrop/core';
import type { Task } from '../data/task.js';
import { spread } from '../report/statistics.js';
import type { PredictedPoint, RegressionReport, RunSummary } from '../report/trainingReport.js';

/** Test rows that a chart shows. */
const mostPoints = 600;

/**
 * The measures of numbers or counts in the units of their columns. With several targets RMSE and CRPS are in their standard
 * deviations, since their units differ.
 */
export function regressionMeasures(
  { nll, rmse, crps, intervals }: RegressionEvaluation,
  preprocessing: Preprocessing,
): Pick<RunSummary, 'nll' | 'rmse' | 'crps' | 'coverage50' | 'coverage90'> {
  const units = targetUnits(preprocessing);
  const scale = units.scale.length === 1 ? units.scale[0] : 1;
  const [half, nine] = [0.5, 0.9].map((level) => intervals?.find(({ probability }) => probability === level)?.coverage);
  return {
    nll: units.negativeLogLikelihood(nll),
    rmse: rmse * scale,
    ...(crps !== undefined && { crps: crps * scale }),
    ...(half !== undefined && { coverage50: half }),
    ...(nine !== undefined && { coverage90: nine }),
  };
}

/** @returns what the report shows of each target. */
export function regressionSections(of: {
  readonly evaluation: RegressionEvaluation;
  /** With the quantiles 0.05, 0.25, 0.75 and 0.95. */
  readonly prediction: RegressionPrediction;
  /** As the network sees them. */
  readonly targets: ArrayLike<number>;
  readonly task: Pick<Task, 'targets'>;
  readonly preprocessing: Preprocessing;
}): readonly RegressionReport[] {
  const { evaluation, prediction, targets, task, preprocessing } = of;
  const { rows, outputs, quantiles } = prediction;
  const { pit } = evaluation;
  if (quantiles === undefined || pit === undefined) return [];
  const { shift, scale } = targetUnits(preprocessing);
  return task.targets.map((target, output) => {
    const own = (value: number) => shift[output] + scale[output] * value;
    const known = Array.from({ length: rows }, (_, row) => row * outputs + output).filter(
      (at) => !Number.isNaN(targets[at]),
    );
    const points = known.map((at): PredictedPoint => {
      const [lower, , , upper] = quantiles.subarray(4 * at, 4 * at + 4);
      return { target: own(targets[at]), mean: own(prediction.mean[at]), lower: own(lower), upper: own(upper) };
    });
    const interval = (level: number, from: number, to: number) => {
      const within = known.filter(
        (at) => targets[at] >= quantiles[4 * at + from] && targets[at] <= quantiles[4 * at + to],
      );
      const widths = known.map((at) => quantiles[4 * at + to] - quantiles[4 * at + from]);
      return { level, coverage: within.length / known.length, width: scale[output] * mean(widths) };
    };
    const deviations = (name: string, variance: (at: number) => number) => {
      const values = known.map((at) => scale[output] * Math.sqrt(Math.max(0, variance(at))));
      return { name, ...(spread(values) ?? { minimum: Number.NaN, median: Number.NaN, maximum: Number.NaN }) };
    };
    return {
      target,
      rows: known.length,
      pitTargets: task.targets.length,
      points: thinned(points),
      pit,
      intervals: [interval(0.5, 1, 2), interval(0.9, 0, 3)],
      noise: [
        deviations('noise of the targets', (at) => prediction.aleatoricVariance[at]),
        deviations('not knowing the weights', (at) => prediction.epistemicVariance[at]),
      ],
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Some hundred of the points, evenly in their order. */
function thinned<Point>(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points;
  return Array.from({ length: mostPoints }, (_, i) => points[Math.floor((i * points.length) / mostPoints)]);
}
