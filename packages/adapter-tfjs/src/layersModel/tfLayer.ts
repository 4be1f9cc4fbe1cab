/** What is read of a tensor of tfjs. */
export interface TfTensor {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}

/** What is read of a layer of tfjs. */
export interface TfLayer {
  readonly name: string;
  getClassName(): string;
  getConfig(): unknown;
  getWeights(): readonly TfTensor[];
  /** That of its only use; several for a layer that is used several times. */
  readonly outputShape: unknown;
  readonly inboundNodes: readonly { readonly inboundLayers: readonly { readonly name: string }[] }[];
}

/** What is read of a `tf.LayersModel`, as `tf.sequential`, `tf.model` and `tf.loadLayersModel` give it. */
export interface TfLayersModel {
  readonly layers: readonly TfLayer[];
  readonly inputs: readonly {
    readonly shape: readonly (number | null)[];
    readonly sourceLayer: { readonly name: string };
  }[];
  readonly outputs: readonly { readonly sourceLayer: { readonly name: string } }[];
}
