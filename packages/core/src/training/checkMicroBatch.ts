import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Model } from '../layers/model/model.js';

/**
 * Throws `VARDROP_OPTION` unless `microBatch` is a positive integer, and `VARDROP_BATCH` for a model with statistics of
 * minibatches: those of a part of the rows are not those of all, so that the step would be another.
 */
export function checkMicroBatch(who: string, model: Model, microBatch: number): void {
  if (!Number.isInteger(microBatch) || microBatch < 1) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] microBatch: got ${formatValue(microBatch)}, needs a positive integer, the rows that are computed at once.`,
    );
  }
  const layer = model.layers.find(({ leastRows = 1, carried = [] }) => leastRows > 1 || carried.length > 0);
  if (layer === undefined) return;
  throw new VardropError(
    'VARDROP_BATCH',
    `[${who}] microBatch: got ${microBatch} for a model with '${layer.name}', whose statistics are those of a whole minibatch, needs layers that treat rows one by one. Use groupNorm or layerNorm, or leave microBatch out.`,
  );
}
