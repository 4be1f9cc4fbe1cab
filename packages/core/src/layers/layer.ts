import type { Divergence } from '../divergences/divergence.js';
import type { Estimator, LinearMap } from '../estimators/estimator.js';
import type { Draw, LayerParameters, NoiseModel, ParameterSpecification } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';

/**
 * A layer as a user writes it. `sequential` gives it a name and the shape of its inputs, and gets it built. A layer of
 * your own implements this interface.
 */
export interface Layer {
  /** Such as `dense`; layers are named `dense1`, `dense2`, … in their order unless they have a name. */
  readonly kind: string;
  readonly name?: string;
  /** `inputShape` is one datapoint's, without the batch axis. Throws coded errors for shapes that do not fit. */
  build(name: string, inputShape: readonly number[], defaults: LayerDefaults): BuiltLayer;
  /**
   * The same layer with another number of units, for pruning. Only for layers whose outputs are an elementwise function
   * of `linear.map` plus bias, with the units on the last axis of the outputs and of the weights.
   */
  withUnits?(units: number): Layer;
}

/** What a layer takes from the model where it has none of its own. */
export interface LayerDefaults {
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
  /** `null` for none, undefined for each noise's default. */
  readonly divergence: Divergence | null | undefined;
}

/** A layer with its shapes fixed. */
export interface BuiltLayer {
  readonly name: string;
  readonly kind: string;
  /** One datapoint's, without the batch axis, as is `outputShape`. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Those of the layer itself, then those of its noise. */
  readonly parameters: readonly ParameterSpecification[];
  /** Present for layers with weights. */
  readonly linear?: LinearLayer;
  /** Outputs `[batch, …outputShape]` of `x` `[batch, …inputShape]`. */
  apply(b: Builder, x: Value, parameters: LayerParameters, mode: ForwardMode): Value;
  /** What `apply` ends with, for descriptions of the model; absent where it is none of these. */
  readonly activation?: Activation;
  /** What becomes of the units on the last axis of the inputs, so that pruning knows whose outputs are whose; `mixed` where left out. */
  readonly units?: UnitPlacement;
}

/**
 * Where a layer leaves the units of the layer before it, which lie on the last axis of its inputs.
 * `kept`: on the last axis of its outputs, at the same index. `spread`: there too, again and again, in the order of the
 * inputs' last axis (index mod its length), as `flatten` does. `mixed`: outputs depend on several units.
 *
 * A layer that keeps or spreads units does the same to each of them, whatever their number, and draws no noise; those of its
 * parameters that belong to units have them on their last axis.
 */
export type UnitPlacement = 'kept' | 'spread' | 'mixed';

/** The linear part of a layer, its noise and what pays for it. */
export interface LinearLayer {
  readonly map: LinearMap;
  /** `[in, out]`, or `[height, width, in, out]` of a convolution. */
  readonly weightShape: readonly number[];
  /** Whether a bias `[out]` is added, which has no noise. */
  readonly bias: boolean;
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
  /** Undefined where the noise pays for nothing. */
  readonly divergence: Divergence | undefined;
}

/** `mean`: the weights' means, no noise. Otherwise noise is drawn with the given function. */
export type ForwardMode = 'mean' | { readonly draw: Draw };

/** A function of one value, applied elementwise. */
export type Activation = 'linear' | 'relu' | 'leakyRelu' | 'elu' | 'sigmoid' | 'tanh' | 'softplus' | 'gelu' | 'silu';
