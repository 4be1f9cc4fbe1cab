import { VardropError } from '@vardrop/core';
import type { Json } from '../json.js';

/** What the dense network of a seed came to. */
export type DenseResult = {
  readonly network: 'dense';
  readonly seed: number;
  /** Wrong labels among the test data, in percent. */
  readonly error: number;
  /** Size of its file. */
  readonly bytes: number;
};

/** One layer of the sparse network. */
export type LayerResult = {
  /** Of the network that was trained. */
  readonly weights: number;
  /** Of the pruned network. */
  readonly nonZero: number;
  readonly units: number;
  readonly unitsLeft: number;
};

/** What the sparse network of a seed came to. */
export type SparseResult = {
  readonly network: 'sparse';
  readonly seed: number;
  /** Error in percent before anything was removed, with the weights' means. */
  readonly unprunedError: number;
  /** Error of the network in the file, once pruned. */
  readonly error: number;
  /** Error of the network in the other file, after its surviving weights were trained on. */
  readonly tunedError: number;
  readonly layers: readonly LayerResult[];
  /** Weights that are not 0 after fine-tuning. */
  readonly tunedNonZero: number;
  /** Weights in the files, zeros among those of the units that are left included. */
  readonly weightsStored: number;
  /** Size of the pruned network's file. */
  readonly bytes: number;
};

/** What a trial of the experiment comes to. */
export type SparsityResult = DenseResult | SparseResult;

/** A result that was kept. Throws `VARDROP_EXPERIMENT_RESULT` for something else. */
export function sparsityResultOf(key: string, json: Json): SparsityResult {
  const result = json as SparsityResult | null;
  const numbers: unknown[] = [result?.seed, result?.error, result?.bytes];
  if (result?.network === 'sparse') {
    const { unprunedError, tunedError, tunedNonZero, weightsStored, layers } = result;
    numbers.push(unprunedError, tunedError, tunedNonZero, weightsStored);
    numbers.push(...(layers ?? [undefined]).flatMap((layer) => [layer?.weights, layer?.nonZero, layer?.unitsLeft]));
  }
  const known = result?.network === 'dense' || result?.network === 'sparse';
  if (result && known && numbers.every((value) => Number.isFinite(value))) return result;
  throw new VardropError(
    'VARDROP_EXPERIMENT_RESULT',
    `[sparsity] result '${key}': got ${JSON.stringify(json)}, needs what this experiment's trials return. Measure again.`,
  );
}
