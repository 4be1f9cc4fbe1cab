import {
  areaUnderRocCurve,
  averagePrecision,
  type BinaryPrediction,
  binaryCalibrationError,
  rocCurve,
} from '@vardrop/core';
import type { Task } from '../data/task.js';
import type { BinaryReport } from '../report/trainingReport.js';

/** Points of a ROC curve that are drawn. */
const mostPoints = 400;

/** @returns what the report shows of each answer whose targets are not all alike. */
export function binarySections(
  { probabilities, outputs }: BinaryPrediction,
  targets: ArrayLike<number>,
  { targets: names, classes }: Pick<Task, 'targets' | 'classes'>,
  rows: number,
): readonly BinaryReport[] {
  return Array.from({ length: outputs }, (_, output) => {
    const known = Array.from({ length: rows }, (_, row) => row * outputs + output).filter(
      (at) => !Number.isNaN(targets[at]),
    );
    const scores = Float64Array.from(known, (at) => probabilities[at]);
    const labels = Uint8Array.from(known, (at) => targets[at]);
    const positives = labels.reduce((sum, label) => sum + label, 0);
    if (positives === 0 || positives === labels.length) return [];
    return [
      {
        name: `${names[output]} = ${classes[output]?.[1] ?? 1}`,
        rows: labels.length,
        positives,
        roc: thinned(rocCurve(scores, labels)),
        auroc: areaUnderRocCurve(scores, labels),
        averagePrecision: averagePrecision(scores, labels),
        bins: binaryCalibrationError(scores, labels).bins,
      },
    ];
  }).flat();
}

/** Some hundred of the points, both ends among them. */
function thinned<Point>(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points;
  return Array.from({ length: mostPoints }, (_, i) => points[Math.round((i * (points.length - 1)) / (mostPoints - 1))]);
}
