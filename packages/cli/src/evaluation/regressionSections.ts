import { type Preprocessing, type RegressionEvaluation, type RegressionPrediction, targetUnits } from '@vardrop/core';
import type { Task } from '../data/task.js';
import { spread } from '../report/statistics.js';
import type { PredictedPoint, RegressionReport, RunSummary } from '../report/trainingReport.js';

/** Quantiles whose differences are the central 90 % and 50 % intervals. */
export const shownQuantiles = [0.05, 0.25, 0.75, 0.95] as const;

/** Test rows that charts show. */
export const mostPoints = 600;

/** Predictions of the test rows. */
export interface PredictedNumbers {
  readonly all: RegressionPrediction;
  /** The rows that are shown: with one target some of them, else all. */
  readonly some: readonly number[];
  /** Predictions of these, with {@link shownQuantiles}. */
  readonly drawn: RegressionPrediction;
}

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
  readonly predicted: PredictedNumbers;
  /** As the network sees them. */
  readonly targets: ArrayLike<number>;
  readonly task: Pick<Task, 'targets'>;
  readonly preprocessing: Preprocessing;
}): readonly RegressionReport[] {
  const { evaluation, predicted, targets, task, preprocessing } = of;
  const { all, some, drawn } = predicted;
  const { rows, outputs } = all;
  const { quantiles } = drawn;
  const { pit } = evaluation;
  if (quantiles === undefined || pit === undefined) return [];
  const { shift, scale } = targetUnits(preprocessing);
  return task.targets.map((target, output) => {
    const own = (value: number) => shift[output] + scale[output] * value;
    const known = Array.from({ length: rows }, (_, row) => row * outputs + output).filter(
      (at) => !Number.isNaN(targets[at]),
    );
    // Places in what is drawn, and of their targets among all.
    const shown = some
      .map((row, i) => ({ place: i * outputs + output, at: row * outputs + output }))
      .filter(({ at }) => !Number.isNaN(targets[at]));
    const points = shown.map(({ place, at }): PredictedPoint => {
      const [lower, , , upper] = quantiles.subarray(4 * place, 4 * place + 4);
      return { target: own(targets[at]), mean: own(drawn.mean[place]), lower: own(lower), upper: own(upper) };
    });
    const interval = (level: number, from: number, to: number) => {
      const whole = outputs === 1 && evaluation.intervals?.find(({ probability }) => probability === level);
      if (whole) return { level, coverage: whole.coverage, width: scale[output] * whole.width };
      const within = shown.filter(
        ({ place, at }) => targets[at] >= quantiles[4 * place + from] && targets[at] <= quantiles[4 * place + to],
      );
      const widths = shown.map(({ place }) => quantiles[4 * place + to] - quantiles[4 * place + from]);
      return { level, coverage: within.length / shown.length, width: scale[output] * mean(widths) };
    };
    const deviations = (name: string, variance: (at: number) => number) => {
      const values = known.map((at) => scale[output] * Math.sqrt(Math.max(0, variance(at))));
      return { name, ...(spread(values) ?? { minimum: Number.NaN, median: Number.NaN, maximum: Number.NaN }) };
    };
    return {
      target,
      rows: known.length,
      pitTargets: task.targets.length,
      points: thinned(points, mostPoints),
      pit,
      intervals: [interval(0.5, 1, 2), interval(0.9, 0, 3)],
      noise: [
        deviations('noise of the targets', (at) => all.aleatoricVariance[at]),
        deviations('not knowing the weights', (at) => all.epistemicVariance[at]),
      ],
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Some hundred of the points, evenly in their order. */
function thinned<Point>(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points;
  return Array.from({ length: most }, (_, i) => points[Math.floor((i * points.length) / most)]);
}
