import { count, exactly, list, number, type Pattern, record } from '../resultPatterns.js';

/** The result of the dense network of a seed. */
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

/** The result of the sparse network of a seed. */
export type SparseResult = {
  readonly network: 'sparse';
  readonly seed: number;
  /** Error in percent before pruning, with the weights' means. */
  readonly unprunedError: number;
  /** Error of the pruned network, which is in the file. */
  readonly error: number;
  /** Error of the fine-tuned network, which is in the other file. */
  readonly tunedError: number;
  readonly layers: readonly LayerResult[];
  /** Weights that are not 0 after fine-tuning. */
  readonly tunedNonZero: number;
  /** Weights in the files, including zeros. */
  readonly weightsStored: number;
  /** Size of the pruned network's file. */
  readonly bytes: number;
};

/** The result of a trial. */
export type SparsityResult = DenseResult | SparseResult;

/** What the results of the dense network match. */
export function densePattern(seed: number): Pattern {
  return record({ network: exactly('dense'), seed: exactly(seed), error: number(0, 100), bytes: count });
}

/** What the results of a sparse network with this many layers match. */
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
