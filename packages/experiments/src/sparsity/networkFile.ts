import {
  dense,
  deserializeState,
  type Model,
  noNoise,
  sequential,
  serializeState,
  type TensorMap,
  VardropError,
} from '@vardrop/core';

/** A network without noise and the values of its parameters. */
export interface StoredNetwork {
  readonly model: Model;
  readonly parameters: TensorMap;
}

/** A network for prediction: dense layers with ReLU and without noise. */
export function plainNetwork(inputs: number, units: readonly number[]): Model {
  return sequential({
    input: [inputs],
    noise: noNoise(),
    layers: units.map((count, i) => dense({ units: count, activation: i < units.length - 1 ? 'relu' : 'linear' })),
  });
}

/**
 * A network as the bytes of a safetensors file with weights and biases only, so that file sizes compare networks. The metadata
 * describe how to build it, as those of `vardrop train` do. Throws what `serializeState` throws.
 */
export function writeNetwork({ model, parameters }: StoredNetwork): Uint8Array {
  const hidden = model.layers.slice(0, -1).map(({ outputShape }) => outputShape[0]);
  const own = Object.fromEntries(model.parameters.map(({ name }) => [name, parameters[name]]));
  return serializeState({ parameters: own }, { noise: 'none', layers: hidden.join(',') });
}

/**
 * Reads what `writeNetwork` has written. Throws what `deserializeState` throws, and `VARDROP_CHECKPOINT_FOREIGN` for a file
 * whose layers differ from its metadata.
 */
export function readNetwork(bytes: Uint8Array): StoredNetwork {
  const { state, metadata } = deserializeState(bytes);
  const count = (metadata.layers ?? '').split(',').length + 1;
  const shapes = Array.from({ length: count }, (_, i) => state.parameters[`dense${i + 1}/weights`]?.shape ?? []);
  const described = shapes.slice(0, -1).map((shape) => shape[1]);
  if (metadata.noise !== 'none' || described.join() !== metadata.layers || shapes.some(({ length }) => length !== 2)) {
    throw new VardropError(
      'VARDROP_CHECKPOINT_FOREIGN',
      `[readNetwork] layers: got weights of ${JSON.stringify(shapes)} where the metadata say '${metadata.layers}', needs a network without noise. Choose a file that the sparsity experiment has written.`,
    );
  }
  const units = shapes.map((shape) => shape[1]);
  return { model: plainNetwork(shapes[0][0], units), parameters: state.parameters };
}
