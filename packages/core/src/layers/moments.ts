import type { LayerParameters } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import type { ForwardMode } from './forwardMode.js';

/** Mean and variance of numbers that are taken as Gaussian and independent of each other, of one shape. Without a variance they are certain. */
export interface Moments {
  readonly mean: Value;
  readonly variance?: Value;
}

/** How moments pass through a layer. */
export interface MomentsMode extends ForwardMode {
  /** Whether a layer without a closed form may approximate. */
  readonly approximate: boolean;
  /**
   * Tells of numbers of the pass that have noise of their own, and its variance, of one shape `[batch, …]`: what is not a linear function of the
   * noise before, such as what is left of a number after a function when its mean slope is taken out.
   */
  source(value: Value, variance: Value): void;
}

/** What functions of layers need of it. */
export type Sources = Pick<MomentsMode, 'source'>;

/** The outputs' moments of inputs' moments, as a layer gives them: see `BuiltLayer.moments`. */
export type MomentsOf = (
  b: Builder,
  inputs: readonly Moments[],
  parameters: LayerParameters,
  mode: MomentsMode,
) => Moments | undefined;

/** The same with a variance, which is 0 for certain numbers. */
export function uncertain(b: Builder, { mean, variance }: Moments): Required<Moments> {
  return { mean, variance: variance ?? b.broadcast(b.constant(0), mean.shape) };
}

/** The same function of mean and variance, for functions that move numbers only. */
export function eachMoment({ mean, variance }: Required<Moments>, apply: (x: Value) => Value): Required<Moments> {
  return { mean: apply(mean), variance: apply(variance) };
}
