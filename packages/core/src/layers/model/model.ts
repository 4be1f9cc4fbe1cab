import type { Divergence } from '../../divergences/divergence.js';
import type { Estimator } from '../../estimators/estimator.js';
import type { Likelihoods } from '../../likelihoods/likelihood.js';
import type { LayerParameters, NoiseModel, ParameterSpecification } from '../../noise/noiseModel.js';
import type { Builder, Value } from '../../program/builder.js';
import type { BuiltLayer, DatapointShape, GraphValue, InputKind, LayerDefinition } from '../layer.js';
import { type LinearPart, partName } from '../linearPart.js';

/** The options of a model that are for layers without their own. */
export interface ModelDefaults {
  /** For layers without their own noise. Default: no noise. */
  readonly noise?: NoiseModel;
  /**
   * For layers without their own estimator. Default: `localReparametrization()`, or for layers that cannot have it (recurrent
   * ones) `flipout()` where the noise allows it, else `separateSamples()`.
   */
  readonly estimator?: Estimator;
  /**
   * For layers without their own divergence. Default: the exact KL to the log-uniform prior for noise with an α, and the KL to
   * a standard normal prior for mean-field weights and learned Bernoulli rates. `null`: no divergence. The noise is then
   * trained by the data alone, and shrinks to 0.
   */
  readonly divergence?: Divergence | null;
}

/** What a model is made of. */
export interface ModelOptions<Given extends Likelihoods = Likelihoods> extends ModelDefaults {
  /** The inputs, in the order in which data are given; values that `input` has made. */
  readonly inputs: GraphValue | readonly GraphValue[];
  /** The outputs: one value, whose name is `output`, or several by name. */
  readonly outputs: GraphValue | Readonly<Record<string, GraphValue>>;
  /**
   * What the outputs mean: that of the only output, or one for each by its name. Default: `categorical()`, which is checked when
   * the model is trained or predicts.
   */
  readonly likelihood?: Given;
}

/** The graph of a model's options: its inputs, and its outputs by name. */
export function graphOf({ inputs, outputs }: Pick<ModelOptions, 'inputs' | 'outputs'>): {
  readonly inputs: readonly GraphValue[];
  readonly outputs: Readonly<Record<string, GraphValue>>;
} {
  const single = (value: ModelOptions['outputs']): value is GraphValue => typeof value.source === 'string';
  return {
    inputs: Array.isArray(inputs) ? (inputs as readonly GraphValue[]) : [inputs as GraphValue],
    outputs: single(outputs) ? { output: outputs } : outputs,
  };
}

/** An input of a model. */
export interface ModelInput {
  readonly name: string;
  /** Of one datapoint. */
  readonly shape: DatapointShape;
  readonly kind: InputKind;
  /** Row numbers are below this; present where an embedding reads the input. */
  readonly limit?: number;
}

/** An output of a model. */
export interface ModelOutput {
  readonly name: string;
  /** Whose value it is: the name of a use of a layer, or of an input. */
  readonly from: string;
  /** Of one datapoint. */
  readonly shape: DatapointShape;
}

/** One use of a layer. */
export interface LayerCall {
  /** Name of its outputs: that of the layer, or `dense1#2` for its second use. Noise keys begin with it. */
  readonly name: string;
  /** The layer with the shapes of this use. */
  readonly layer: BuiltLayer;
  /** What it was built from. All uses of a layer have the same one. */
  readonly definition: LayerDefinition;
  /** Where its inputs come from: names of inputs of the model and of calls before. */
  readonly inputs: readonly string[];
}

/** Values of a model's parameters and of its carried state by full name (`dense1/weights`, `network/rho`, `batchNorm1/mean`). */
export type ModelParameters = Readonly<Record<string, Value>>;

/**
 * `mean`: the weights' means. `sample`: noise is drawn. `training`: noise is drawn, and layers with running statistics use and
 * carry those of the batch.
 */
export type ForwardKind = 'mean' | 'sample' | 'training';

/** What a forward pass gives. */
export interface Forward {
  /** By name, `[batch, …shape]`. */
  readonly outputs: Readonly<Record<string, Value>>;
  /** The outputs of every call, in order. */
  readonly trace: readonly { readonly layer: string; readonly output: Value }[];
  /** The next values of the carried state by full name. Without training they are the given ones. */
  readonly carried: Readonly<Record<string, Value>>;
}

/** A network with fixed shapes. It holds no parameter values; training and prediction take them as arguments. */
export interface Model<Given extends Likelihoods = Likelihoods> {
  /** What it was made from. A model of another size can be made from it. */
  readonly options: ModelOptions<Given>;
  /** What the outputs mean: that of the only output, or one for each by its name. */
  readonly likelihood: Given;
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
  /** The shape of the first input, which is the only one of most models. */
  readonly inputShape: DatapointShape;
  /** The shape of the first output. */
  readonly outputShape: DatapointShape;
  /** Every layer once, in the order of their first use. */
  readonly layers: readonly BuiltLayer[];
  /** Every use of a layer, each after those that it reads. */
  readonly calls: readonly LayerCall[];
  /** Every parameter once, with its full name. */
  readonly parameters: readonly ParameterSpecification[];
  /** What training carries beside parameters, such as running statistics, with full names. */
  readonly carried: readonly ParameterSpecification[];
  /** Adds the forward pass on inputs by name, `[batch, …shape]`. Noise is drawn from keys named `dense1/zeta`, … */
  forward(b: Builder, inputs: Readonly<Record<string, Value>>, values: ModelParameters, kind: ForwardKind): Forward;
  /** The same for a model with one input and one output. Throws `VARDROP_MODEL` for other models. */
  apply(b: Builder, x: Value, values: ModelParameters, kind: ForwardKind): Value;
  /** Adds the KL of each part with a divergence, in nats, by the name of the layer or part (`dense1`, `gru1/recurrent`). */
  divergences(b: Builder, values: ModelParameters): readonly { readonly layer: string; readonly kl: Value }[];
}

/** A linear map with weights of a model, and where it is. */
export interface ModelPart {
  /** `dense1`, `gru1/recurrent`. Its weights are `<name>/weights`. */
  readonly name: string;
  readonly layer: BuiltLayer;
  readonly part: LinearPart;
}

/** All linear maps with weights, in the order of the layers. */
export function modelParts({ layers }: Pick<Model, 'layers'>): readonly ModelPart[] {
  return layers.flatMap((layer) =>
    (layer.parts ?? []).map((part) => ({ name: partName(layer.name, part.name), layer, part })),
  );
}

/** A parameter's name in the model. */
export function fullName(layer: Pick<BuiltLayer, 'name'>, parameter: ParameterSpecification): string {
  return `${parameter.owner === 'network' ? 'network' : layer.name}/${parameter.name}`;
}

/** The parameters of one layer, by their names within it. */
export function parametersOf(layer: BuiltLayer, values: ModelParameters): LayerParameters {
  return Object.fromEntries(layer.parameters.map((parameter) => [parameter.name, values[fullName(layer, parameter)]]));
}
