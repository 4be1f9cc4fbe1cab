import { parametersOfPart } from '../layers/linearPart.js';
import { type Model, modelParts, parametersOf } from '../layers/model/model.js';
import type { Granularity } from '../noise/noiseModel.js';
import { boundShape } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { evaluateBuilt } from './evaluateBuilt.js';
import { layerTensors, readParameters } from './layerTensors.js';

/** log α of one linear map with weights. */
export interface LayerLogAlpha {
  readonly values: Float32Array<ArrayBuffer>;
  /** Broadcasts to the layer's weights `[…window, in, out]`. */
  readonly shape: readonly number[];
  /** What one value belongs to. */
  readonly granularity: Granularity | undefined;
}

/**
 * log α (natural logarithm; for Bernoulli noise logit p, which is the same scale) of every part whose noise has an α, by the name
 * of its layer or part (`dense1`, `gru1/recurrent`), computed in float64. A weight of 0 has log α = ∞. Throws `VARDROP_STATE` for parameters of another model.
 */
export function logAlphas(
  model: Model,
  parameters: TensorMap<ArrayLike<number>>,
): Readonly<Record<string, LayerLogAlpha>> {
  return logAlphasOf(model, readParameters('logAlphas', model, parameters));
}

/** The same for parameters that have been read. */
export function logAlphasOf(model: Model, parameters: TensorMap): Readonly<Record<string, LayerLogAlpha>> {
  const found = modelParts(model).flatMap(({ name, layer, part }): [string, LayerLogAlpha][] => {
    const { logAlpha, alpha: granularity } = part.noise;
    if (!logAlpha) return [];
    let shape: readonly number[] = [];
    const values = evaluateBuilt(layerTensors(layer, parameters), undefined, (b, tensors) => {
      const value = logAlpha(b, parametersOfPart(part, parametersOf(layer, tensors)));
      shape = boundShape(value.shape);
      return value;
    });
    return [[name, { values: Float32Array.from(values), shape, granularity }]];
  });
  return Object.fromEntries(found);
}
