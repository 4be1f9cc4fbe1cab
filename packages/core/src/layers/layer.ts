import type { LayerParameters, ParameterSpecification } from '../noise/noiseModel.js';
import type { Builder, Value } from '../program/builder.js';
import type { Recipe } from '../recipe.js';
import type { ForwardMode } from './forwardMode.js';
import type { LayerDefaults } from './layerDefaults.js';
import type { LinearPart } from './linearPart.js';
import type { MomentsOf } from './moments.js';

/** The shape of one datapoint, without the batch axis. */
export type DatapointShape = readonly number[];

/** What a layer is made of. A custom layer implements this interface; `defineLayer` makes it callable. */
export interface LayerDefinition {
  /** Such as `dense`; layers are named `dense1`, `dense2`, … in their order unless they have a name. */
  readonly kind: string;
  readonly name?: string;
  /** The least and the most number of inputs. Default: `[1, 1]`. */
  readonly arity?: readonly [least: number, most: number];
  /** How the layer was made. Without it a model that has the layer cannot be described. */
  readonly recipe?: Recipe;
  /** Fixes the shapes. Throws a `VardropError` for inputs that do not fit. */
  build(name: string, inputShapes: readonly DatapointShape[], defaults: LayerDefaults): BuiltLayer;
  /** The same layer with another number of units: the length of the last axis of its outputs. Pruning needs it. */
  withUnits?(units: number): LayerDefinition;
  /** The same layer over steps in the other direction, for `bidirectional`. Only for layers whose first input is a sequence. */
  reversed?(): LayerDefinition;
}

/**
 * A layer, as a user writes it. Called on values of a graph it gives the value of its outputs: `dense({ units: 3 })(x)`. A layer
 * that is called twice has the same parameters at both places, and its KL counts once. Throws `VARDROP_MODEL` for anything but
 * values of a graph, and for another number of inputs than the layer takes.
 */
export interface Layer extends LayerDefinition {
  (...inputs: readonly GraphValue[]): GraphValue;
  readonly name?: string;
}

/** What the numbers of an input are. `integers` are whole numbers, such as rows of an embedding. */
export type InputKind = 'numbers' | 'integers';

/** Options of an input. */
export interface InputOptions {
  /** Shape of one datapoint, without the batch axis: `[784]`, or `[28, 28, 1]` for images. */
  readonly shape: readonly number[];
  /** Default: `x` for the only input of a model, else `x1`, `x2`, … */
  readonly name?: string;
  /** Default: `integers` where an embedding reads the input, else `numbers`. */
  readonly kind?: InputKind;
}

/** A value of a graph: an input, or the outputs of a layer. It is not changed once it is made, and belongs to no model. */
export type GraphValue =
  | { readonly source: 'input'; readonly options: InputOptions }
  | { readonly source: 'layer'; readonly layer: LayerDefinition; readonly inputs: readonly GraphValue[] };

/** A layer with its shapes fixed. */
export interface BuiltLayer {
  readonly name: string;
  readonly kind: string;
  readonly inputShapes: readonly DatapointShape[];
  readonly outputShape: DatapointShape;
  /** Those of the layer itself, those of its parts and those of their noise (see `partParameters`). */
  readonly parameters: readonly ParameterSpecification[];
  /** What training carries from step to step without a gradient, such as running statistics. */
  readonly carried?: readonly ParameterSpecification[];
  /** The linear maps of the layer that have weights. */
  readonly parts?: readonly LinearPart[];
  /** The first input holds row numbers: whole numbers from 0 to below this one. */
  readonly indexRows?: number;
  /**
   * Every number of the outputs is a number of the inputs or 0, so that row numbers stay row numbers on the way to a layer with
   * `indexRows`.
   */
  readonly movesOnly?: true;
  /** The fewest rows of a minibatch of training. Default: 1. */
  readonly leastRows?: number;
  /** Outputs `[batch, …outputShape]` of inputs `[batch, …inputShapes[i]]`. */
  apply(b: Builder, inputs: readonly Value[], parameters: LayerParameters, mode: ForwardMode): Value;
  /**
   * Mean and variance of the outputs, for inputs with those, each number taken as Gaussian and independent of the others. Undefined where
   * they would be approximated and `mode.approximate` is false. Without it a layer passes certain inputs, with `apply`, if none of
   * its parts has noise, and any inputs if it `movesOnly`.
   */
  readonly moments?: MomentsOf;
  /** The last function that `apply` applies, for descriptions of the model; absent for any other function. */
  readonly activation?: Activation;
  /** Where the units of the inputs are in the outputs. Pruning follows them. Default: `mixed`. */
  readonly units?: UnitPlacement;
  /**
   * For each input the names of the parts that read it, where nothing else does: they are applied to the input as it is, and row r
   * of their weights (the axis before the last) belongs to unit r. Pruning removes units of such inputs with their rows. An input
   * without it keeps its units, if the layer mixes them.
   */
  readonly inputParts?: readonly (readonly string[])[];
  /**
   * The part whose columns (the last axis of its weights, and its bias) are the units of the outputs: unit u depends on column u
   * only, through a function that is applied elementwise. Pruning removes such units, with `withUnits`.
   */
  readonly outputPart?: string;
}

/**
 * Where the units on the last axis of a layer's inputs are in its outputs. `kept`: at the same index of the last axis; the inputs may
 * be several, as in a sum. `repeated`: each one several times, side by side, as in a depthwise convolution. `spread`: all in their
 * order, several times, as after `flatten`. `joined`: those of all inputs, one after the other. `mixed`: outputs depend on several
 * units.
 *
 * A layer that does not mix units treats each of them alike, for any number of units, and draws no noise but that of its parts.
 * Parameters and carried values that belong to units have the units on their last axis. Weights of its `inputParts` have one row for
 * each unit of the inputs, which acts on that unit alone.
 */
export type UnitPlacement = 'kept' | 'repeated' | 'spread' | 'joined' | 'mixed';

/** A function of one value, applied elementwise. */
export type Activation = 'linear' | 'relu' | 'leakyRelu' | 'elu' | 'sigmoid' | 'tanh' | 'softplus' | 'gelu' | 'silu';
