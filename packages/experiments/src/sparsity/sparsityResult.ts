import { count, exactly, list, number, type Pattern, record } from '../resultPatterns.js';

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

/** What the results of the dense network match. */
export function densePattern(seed: number): Pattern {
  return record({ network: exactly('dense'), seed: exactly(seed), error: number(0, 100), bytes: count });
}

/** What the results of a sparse network of so many layers match. */
export function sparsePattern(seed: number, layers: number): Pattern {
  return record({
    network: exactly('sparse'),
    seed: exactly(seed),
    unprunedError: number(0, 100),
    error: number(0, 100),
    tunedError: number(0, 100),
    layers: list(record({ weights: count, nonZero: count, units: count, unitsLeft: count }), layers),
    tunedNonZero: count,
    weightsStored: count,
    bytes: count,
  });
}
