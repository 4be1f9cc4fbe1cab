import { type MeasureKey, testMeasures } from './measures.js';
import type { ComparedRun } from './trainingReport.js';

/** Mean and standard deviation over folds of a measure. */
export interface FoldAverage {
  readonly key: MeasureKey;
  readonly mean: number;
  /** Of the folds, with one degree of freedom less than there are. */
  readonly deviation: number;
}

/** @returns mean and deviation over the folds of each measure of the test rows that all of them have. */
export function foldAverages(folds: readonly ComparedRun[]): readonly FoldAverage[] {
  return testMeasures.flatMap((key) => {
    const values = folds.flatMap((fold) => fold[key] ?? []);
    if (values.length < folds.length) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return [{ key, mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 }];
  });
}
