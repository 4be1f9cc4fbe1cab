import type { Preprocessing } from './preprocessing.js';

/**
 * From the network's units of the targets to those of their columns. A target is `shift + scale · z`, where z is what the network
 * sees: the mean and the deviation of the training part for numbers, 0 and 1 for counts and classes. Arrays are row-major
 * `[rows, columns]`, with the columns in the order of `preprocessing.targets`; what is returned is new.
 */
export interface TargetUnits {
  /** `[columns]` */
  readonly shift: readonly number[];
  /** `[columns]` */
  readonly scale: readonly number[];
  /** Values, means, quantiles, the ends of intervals: `shift + scale · z`. */
  values(standardized: ArrayLike<number>): Float64Array;
  /** Deviations, widths of intervals, RMSE, CRPS: `scale · z`. */
  deviations(standardized: ArrayLike<number>): Float64Array;
  /** Variances, squared errors: `scale² · z`. */
  variances(standardized: ArrayLike<number>): Float64Array;
  /** A mean negative log-likelihood in nats per row, summed over all columns: `z + Σ log scale`, the change of a density's units. */
  negativeLogLikelihood(standardized: number): number;
}

/** The units of the targets' columns. */
export function targetUnits(preprocessing: Preprocessing): TargetUnits {
  const { targets } = preprocessing;
  const shift = targets.map((rule) => (rule.kind === 'number' ? rule.mean : 0));
  const scale = targets.map((rule) => (rule.kind === 'number' ? rule.deviation : 1));
  const each = (values: ArrayLike<number>, convert: (value: number, column: number) => number) =>
    Float64Array.from(values, (value, i) => convert(value, i % targets.length));
  return {
    shift,
    scale,
    values: (standardized) => each(standardized, (value, column) => shift[column] + scale[column] * value),
    deviations: (standardized) => each(standardized, (value, column) => scale[column] * value),
    variances: (standardized) => each(standardized, (value, column) => scale[column] ** 2 * value),
    negativeLogLikelihood: (standardized) => scale.reduce((sum, one) => sum + Math.log(one), standardized),
  };
}
