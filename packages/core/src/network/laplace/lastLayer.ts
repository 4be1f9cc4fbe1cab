import { VardropError } from '../../errors.js';
import { type DenseOptions, dense } from '../../layers/dense.js';
import type { BuiltLayer } from '../../layers/layer.js';
import type { LayerCall, Model } from '../../layers/model/model.js';
import { replaceLayers } from '../../layers/model/replaceLayers.js';
import type { Likelihoods } from '../../likelihoods/likelihood.js';
import { noNoise } from '../../noise/noNoise.js';

/** The dense layer that gives the only output of a model. */
export interface LastLayer {
  readonly layer: BuiltLayer;
  readonly call: LayerCall;
  /** Length of its inputs. */
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
}

/** Finds it. Throws `VARDROP_LAPLACE` for a model with several outputs, and one whose output another layer gives. */
export function lastLayerOf({ calls, outputs }: Model): LastLayer {
  const refuse = (got: string, remedy: string): never => {
    throw new VardropError(
      'VARDROP_LAPLACE',
      `[lastLayerLaplace] network: got ${got}, needs one output [batch, units] of a dense layer without activation, used once. ${remedy}`,
    );
  };
  if (outputs.length !== 1) refuse(`a model with ${outputs.length} outputs`, 'Train a network for each output.');
  const call = calls.find(({ name }) => name === outputs[0].from);
  const { layer } = call ?? {};
  const fits =
    layer?.kind === 'dense' &&
    layer.activation === 'linear' &&
    layer.outputShape.length === 1 &&
    calls.filter((other) => other.layer === layer).length === 1;
  if (!call || !layer || !fits)
    return refuse(
      `an output of ${layer ? `a layer of kind ${layer.kind}` : 'no layer'}`,
      'End the model with dense({ units }).',
    );
  const bias = layer.parameters.some(({ name }) => name === 'bias');
  return { layer, call, inputs: layer.inputShapes[0][0], outputs: layer.outputShape[0], bias };
}

/** The model with a last layer without noise, whose place the posterior takes. */
export function withoutLastNoise<Given extends Likelihoods>(model: Model<Given>, { layer }: LastLayer): Model<Given> {
  if (layer.parts?.every(({ noise }) => noise.acts === 'nowhere')) return model;
  return replaceLayers(model, (name, definition) => {
    if (name !== layer.name) return undefined;
    const options = definition.recipe?.options as DenseOptions;
    return dense({ ...options, noise: noNoise(), estimator: undefined, divergence: undefined });
  });
}
