import { inputNames, type Preprocessing } from '@vardrop/core';
import { inputAlphaOf } from '../report/inputAlpha.js';
import type { ColumnAlpha, LayerReport } from '../report/trainingReport.js';

/**
 * The first layer's α by column: the geometric mean over the inputs that the column gives.
 *
 * @returns undefined where α does not tell inputs apart.
 */
export function columnAlphas(layer: LayerReport, preprocessing: Preprocessing): readonly ColumnAlpha[] | undefined {
  const values = inputAlphaOf(layer, inputNames(preprocessing).length, 1)?.values;
  if (values === undefined) return undefined;
  let at = 0;
  return preprocessing.columns.flatMap((rule) => {
    // The inputs of one column stand side by side.
    const count = inputNames({ ...preprocessing, columns: [rule] }).length;
    const logs = Array.from(values.subarray(at, at + count), Math.log);
    at += count;
    return count === 0 ? [] : [{ name: rule.name, alpha: Math.exp(logs.reduce((sum, log) => sum + log, 0) / count) }];
  });
}
