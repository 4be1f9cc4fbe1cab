import type { Divergence } from '../divergences/divergence.js';
import type { Estimator, LinearMap } from '../estimators/estimator.js';
import type { Draw, LayerParameters, NoiseModel, ParameterSpecification } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';

/**
 * A layer as a user writes it. `sequential` gives it a name and the shape of its inputs, and builds it. A custom layer
 * implements this interface.
 */
export interface Layer {
  /** Such as `dense`; layers are named `dense1`, `dense2`, … in their order unless they have a name. */
  readonly kind: string;
  readonly name?: string;
  /** `inputShape` is one datapoint's, without the batch axis. Throws a `VardropError` for shapes that do not fit. */
  build(name: string, inputShape: readonly number[], defaults: LayerDefaults): BuiltLayer;
  /**
   * The same layer with another number of units, for pruning. Only for layers whose outputs are an elementwise function
   * of `linear.map` plus bias, with the units on the last axis of the outputs and of the weights.
   */
  withUnits?(units: number): Layer;
}

/** What a layer takes from the model unless it has its own. */
export interface LayerDefaults {
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
  /** `null`: no divergence. Undefined: the default of the noise. */
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
  /** The last function that `apply` applies, for descriptions of the model; absent for any other function. */
  readonly activation?: Activation;
  /**
   * What happens to the units on the last axis of the inputs. Pruning uses it to follow units through the layer. Default:
   * `mixed`.
   */
  readonly units?: UnitPlacement;
}

/**
 * What a layer does with the units of the layer before it, which lie on the last axis of its inputs. `kept`: they are on the
 * last axis of its outputs, at the same index. `spread`: they are on the last axis of the outputs, repeated in the order of the
 * inputs' last axis (index mod its length), as after `flatten`. `mixed`: outputs depend on several units.
 *
 * A layer that keeps or spreads units treats each of them alike, for any number of units, and draws no noise. Parameters that
 * belong to units have the units on their last axis.
 */
export type UnitPlacement = 'kept' | 'spread' | 'mixed';

/** The linear part of a layer, its noise and its divergence. */
export interface LinearLayer {
  readonly map: LinearMap;
  /** `[in, out]`, or `[height, width, in, out]` of a convolution. */
  readonly weightShape: readonly number[];
  /** Whether a bias `[out]` is added. The bias has no noise. */
  readonly bias: boolean;
  readonly noise: NoiseModel;
  readonly estimator: Estimator;
  /** Undefined if the layer has no KL term. */
  readonly divergence: Divergence | undefined;
}

/** `mean`: the weights' means, no noise. Otherwise noise is drawn with the given function. */
export type ForwardMode = 'mean' | { readonly draw: Draw };

/** A function of one value, applied elementwise. */
export type Activation = 'linear' | 'relu' | 'leakyRelu' | 'elu' | 'sigmoid' | 'tanh' | 'softplus' | 'gelu' | 'silu';
