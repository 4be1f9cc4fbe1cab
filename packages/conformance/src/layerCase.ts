/** Row-major values of a shape. The first axis of inputs and outputs is the batch. */
export interface CaseTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** An input of a layer: numbers, or row numbers (`integers`), such as those of an embedding's rows. */
export interface CaseInput extends CaseTensor {
  readonly kind?: 'numbers' | 'integers';
}

/**
 * One call of a layer with its gradients, computed in float64 by another library. Gradients are those of
 * `Σ output · cotangent`. Noise is off: the weights are their means.
 */
export interface LayerCase {
  /** Unique among the cases of its layer, such as `strides 2 × 1, same`. */
  readonly name: string;
  /** The function of core that makes the layer, such as `conv2d`, and its options (JSON). */
  readonly layer: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** In the order in which the layer is called on them. */
  readonly inputs: readonly CaseInput[];
  /** By name within the layer, such as `weights` or `query/weights`. */
  readonly parameters: Readonly<Record<string, CaseTensor>>;
  /** Carried values (running statistics), by name within the layer. Default: none. */
  readonly carried?: Readonly<Record<string, CaseTensor>>;
  /** Whether the layer is called as in training: with statistics of the batch. Default: false. */
  readonly training?: boolean;
  readonly output: CaseTensor;
  /** The gradient that arrives at the output, of the output's shape. */
  readonly cotangent: readonly number[];
  /** One for each input; null for inputs without a gradient, such as row numbers and masks. */
  readonly inputGradients: readonly (readonly number[] | null)[];
  readonly parameterGradients: Readonly<Record<string, readonly number[]>>;
  /** Carried values after the call, with `training`. */
  readonly nextCarried?: Readonly<Record<string, readonly number[]>>;
}
