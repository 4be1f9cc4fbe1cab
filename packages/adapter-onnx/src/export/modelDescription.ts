import type { Model } from '@vardrop/core';

/** A layer, as an exported file describes it. */
export interface LayerDescription {
  readonly name: string;
  readonly kind: string;
  /** Of one datapoint. */
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly activation?: string;
  /** Names of the noise model, the estimator and the divergence, for layers with weights. */
  readonly noise?: string;
  readonly estimator?: string;
  readonly divergence?: string;
}

/** A network, as an exported file describes it. */
export interface ModelDescription {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly layers: readonly LayerDescription[];
}

/** Describes a network, without its parameters. */
export function describeModel({ inputShape, outputShape, layers }: Model): ModelDescription {
  return {
    inputShape,
    outputShape,
    layers: layers.map(({ linear, ...layer }) => ({
      name: layer.name,
      kind: layer.kind,
      inputShape: layer.inputShape,
      outputShape: layer.outputShape,
      activation: layer.activation,
      noise: linear?.noise.name,
      estimator: linear?.estimator.name,
      divergence: linear?.divergence?.name,
    })),
  };
}
