import {
  describeModel,
  deserializeState,
  type Likelihood,
  type Model,
  noNoise,
  serializeState,
  type TensorMap,
  VardropError,
} from '@vardrop/core';
import { modelParts } from '@vardrop/core/extend';
import { type LenetSizes, lenet } from './lenet.js';

/** A network without noise and the values of its parameters. */
export interface StoredNetwork {
  readonly model: Model<Likelihood<'labels'>>;
  readonly parameters: TensorMap;
}

/** A network for prediction, without noise. */
export function plainNetwork(sizes: LenetSizes): Model<Likelihood<'labels'>> {
  return lenet(sizes, { noise: noNoise() });
}

/**
 * A network as the bytes of a safetensors file with weights and biases only, so that file sizes compare networks. The metadata
 * describe how to build it: `model`, as the files of `vardrop train` have it; `layers` has the units before the outputs. Where there
 * are convolutions, `convolutions` is their number and `input` the shape of an image. Throws what `serializeState` throws.
 */
export function writeNetwork({ model, parameters }: StoredNetwork): Uint8Array {
  const parts = modelParts(model);
  const hidden = parts.slice(0, -1).map(({ layer }) => layer.outputShape[layer.outputShape.length - 1]);
  const convolutions = parts.filter(({ layer }) => layer.kind === 'conv2d').length;
  const own = Object.fromEntries(model.parameters.map(({ name }) => [name, parameters[name]]));
  return serializeState(
    { parameters: own },
    {
      noise: 'none',
      layers: hidden.join(','),
      model: JSON.stringify(describeModel(model)),
      ...(convolutions > 0 && { convolutions: `${convolutions}`, input: model.inputShape.join(',') }),
    },
  );
}

/**
 * Reads what `writeNetwork` has written. Throws what `deserializeState` throws, `VARDROP_CHECKPOINT_FOREIGN` for a file whose
 * parameters differ from its metadata, and what layers throw for an image in the metadata that is not one.
 */
export function readNetwork(bytes: Uint8Array): StoredNetwork {
  const { state, metadata } = deserializeState(bytes);
  const { noise, layers = '', convolutions = '0', input } = metadata;
  const shapeOf = (name: string): readonly number[] => state.parameters[name]?.shape ?? [];
  const hidden = layers.split(',').map(Number);
  const outputs = shapeOf(`dense${hidden.length + 1 - Number(convolutions)}/bias`);
  const pixels = input?.split(',').map(Number) ?? shapeOf('dense1/weights').slice(0, 1);
  const described = noise === 'none' && outputs.length === 1 && pixels.length === (convolutions === '0' ? 1 : 3);
  const model = described
    ? plainNetwork({ input: pixels, convolutions: Number(convolutions), units: [...hidden, outputs[0]] })
    : undefined;
  if (!model?.parameters.every(({ name, shape }) => shapeOf(name).join() === shape.join())) {
    throw new VardropError(
      'VARDROP_CHECKPOINT_FOREIGN',
      `[readNetwork] layers: got parameters of other shapes than the metadata say (layers '${layers}', noise '${noise}'), needs a network without noise. Choose a file that the sparsity experiment has written.`,
    );
  }
  return { model, parameters: state.parameters };
}
