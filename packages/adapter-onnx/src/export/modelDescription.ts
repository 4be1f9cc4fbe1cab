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
    layers: layers.map(({ parts: [part] = [], ...layer }) => ({
      name: layer.name,
      kind: layer.kind,
      inputShape: layer.inputShapes[0],
      outputShape: layer.outputShape,
      activation: layer.activation,
      noise: part?.noise.name,
      estimator: part?.estimator.name,
      divergence: part?.divergence?.name,
    })),
  };
}

/** Whether something that was read is the description of a network. */
export function isModelDescription(value: unknown): value is ModelDescription {
  return isRecord(value) && isShaped(value) && Array.isArray(value.layers) && value.layers.every(isLayer);
}

function isLayer(value: unknown): boolean {
  if (!isRecord(value) || !isShaped(value)) return false;
  const { name, kind, activation, noise, estimator, divergence } = value;
  const optional = [activation, noise, estimator, divergence].every(
    (each) => each === undefined || typeof each === 'string',
  );
  return typeof name === 'string' && typeof kind === 'string' && optional;
}

function isShaped({ inputShape, outputShape }: Readonly<Record<string, unknown>>): boolean {
  return [inputShape, outputShape].every(
    (shape) => Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length > 0),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
