import type { InputKind } from '../layers/layer.js';

/** A value of an option. An object with the property `part` is a part, such as noise; any other is an option with properties. */
export type DescribedValue =
  | string
  | number
  | boolean
  | null
  | PartDescription
  | readonly DescribedValue[]
  | { readonly [name: string]: DescribedValue };

/** A layer, a noise model, an estimator, a divergence or a likelihood: the name of its function, and the options it is called with. */
export interface PartDescription {
  readonly part: string;
  readonly options: Readonly<Record<string, DescribedValue>>;
}

/** A layer of a model with its name there. */
export interface LayerDescription extends PartDescription {
  readonly name: string;
}

/** One use of a layer: its name (`dense1`, or `dense1#2` for the second use), the layer's, and those of the values that it reads. */
export interface CallDescription {
  readonly name: string;
  readonly layer: string;
  readonly inputs: readonly string[];
}

/** An input of a model: its name, the shape of one datapoint, and what its numbers are. */
export interface InputDescription {
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: InputKind;
}

/** A model as plain JSON, without the values of its parameters. `describeModel` gives it, and `modelFrom` makes the model again. */
export interface ModelDescription {
  /** Version of this form. */
  readonly format: 1;
  readonly inputs: readonly InputDescription[];
  /** Every layer once. */
  readonly layers: readonly LayerDescription[];
  /** Every use of a layer, each after those that it reads. */
  readonly calls: readonly CallDescription[];
  /** The name of the value of each output, by the output's name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What layers without their own have; absent where the model has the default. `divergence: null` is none. */
  readonly noise?: PartDescription;
  readonly estimator?: PartDescription;
  readonly divergence?: PartDescription | null;
  /** What the only output means, or each output by its name (`likelihoods`); absent where the model has the default. */
  readonly likelihood?: PartDescription;
  readonly likelihoods?: Readonly<Record<string, PartDescription>>;
}

/** Options and parts lie in each other at most this deep. A description from outside may be made to end the stack. */
export const mostDepth = 32;
