import type { LinearMap } from '../../estimators/estimator.js';
import type { Builder, Value } from '../../program/builder.js';
import { elementCount } from '../../program/shapes.js';
import type { LinearOptions } from '../linearPart.js';

/** Options of a table of weights: those of a linear map, without a bias. */
export type TableOptions = Omit<LinearOptions, 'bias'>;

/** The names of these options. */
export const tableOptionNames = {
  name: true,
  initializer: true,
  noise: true,
  estimator: true,
  divergence: true,
  sharedNoise: true,
} as const satisfies Readonly<Record<keyof TableOptions, true>>;

/** What `tableMap` reads. */
export interface TableShape {
  readonly rows: number;
  readonly units: number;
  /** The axes of the row numbers of one datapoint. */
  readonly index: readonly number[];
  /** Whether a datapoint may read the same row at several places. */
  readonly repeats: boolean;
}

/**
 * Reads rows of weights `[rows, units]` by their numbers `[batch, …index]`: `[batch, …index, units]`. It is the product of one-hot
 * vectors with the weights, so noise on the inputs has one factor per row and datapoint. Where weights or factors differ between
 * datapoints, the one-hot vectors are computed, and cost `rows` numbers for each number that is read.
 */
export function tableMap({ rows, units, index, repeats }: TableShape): LinearMap {
  const places = elementCount(index);
  return {
    apply: (b, x, weights) => b.gather(weights, x),
    applyEach: (b, x, weights) => b.reshape(b.matmul(oneHot(b, x, places, rows), weights), ['batch', ...index, units]),
    applyScaled(b, x, factors, weights) {
      if (factors.shape[0] !== 'batch') return b.gather(b.mul(b.reshape(factors, [rows, 1]), weights), x);
      const column = b.reshape(factors, ['batch', rows, 1]);
      const read = b.reshape(b.matmul(oneHot(b, x, places, rows), column), ['batch', ...index, 1]);
      return b.mul(b.gather(weights, x), read);
    },
    inputFactors: [1, rows],
    outputFactors: [1, ...index.map(() => 1), units],
    shared: repeats && places > 1,
  };
}

/** The whole numbers from 0 to below `count`. */
export function countUp(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Vectors `[batch, places, rows]` that are 1 at the row and 0 elsewhere. Other numbers than those of rows give zeros, as in `gather`. */
function oneHot(b: Builder, x: Value, places: number, rows: number): Value {
  const distance = b.abs(b.sub(b.reshape(x, ['batch', places, 1]), b.constant(countUp(rows), [rows])));
  return b.selectGreater(0.5, distance, 1, 0);
}
