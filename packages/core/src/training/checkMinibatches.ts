import { VardropError } from '../errors.js';
import type { Model } from '../layers/model/model.js';

/**
 * Throws `VARDROP_BATCH` for a minibatch of fewer rows than a layer needs in training, such as one row for `batchNorm`. `remedy`
 * says what to change.
 */
export function checkMinibatch(who: string, model: Model, rows: number, remedy: string): void {
  const layer = model.layers.find(({ leastRows = 1 }) => rows < leastRows);
  if (layer === undefined) return;
  throw new VardropError(
    'VARDROP_BATCH',
    `[${who}] minibatch: got ${rows} row, needs at least ${layer.leastRows} for the statistics of '${layer.name}'. ${remedy}`,
  );
}

/** Checks all minibatches of an epoch of `rows` rows, and of an epoch that starts at row `first`. */
export function checkMinibatches(model: Model, rows: number, batch: number, first: number): void {
  for (const left of [rows, rows - first]) {
    const last = left % batch || batch;
    checkMinibatch(
      'fit',
      model,
      last,
      `Choose another batch: ${left} rows in minibatches of ${batch} end with one of ${last}.`,
    );
  }
}
