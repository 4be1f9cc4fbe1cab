import type { Value } from '../program/builder.js';

/** The distribution of a target given one sample's outputs. Samples are mixed with equal weights. */
export type Predictive = ClassesPredictive | ValuesPredictive;

/** Of classes: `labels` and `binary` targets. */
export interface ClassesPredictive {
  readonly kind: 'classes';
  /** Natural logarithms of the probabilities, `[batch, classes]`; for binary targets of no and yes, `[batch, …targetShape, 2]`. */
  readonly logProbabilities: Value;
}

/** Of numbers: `values` and `counts`. */
export interface ValuesPredictive {
  readonly kind: 'values';
  /** `[batch, …targetShape]`. */
  readonly mean: Value;
  /** Variance of the target given the outputs, of a shape that broadcasts to that of the mean. */
  readonly variance: Value;
  /** The parameters of `Likelihood.distribution` by name, of shapes that broadcast to that of the mean. */
  readonly parameters?: Readonly<Record<string, Value>>;
}
