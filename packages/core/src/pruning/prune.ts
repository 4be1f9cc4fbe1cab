import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { type LayerCall, type Model, modelParts } from '../layers/model/model.js';
import type { Likelihoods } from '../likelihoods/likelihood.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { readParameters } from './layerTensors.js';
import { mask } from './mask.js';
import { lastAxis } from './placedUnits.js';
import { type Removal, removableUnits } from './removableUnits.js';
import { keepOfPart, keepsOf, keptIndices, type Network, removeUnits } from './removeUnits.js';
import type { Preserved } from './weightStates.js';

/** The result of pruning for one layer with weights, or one part of a layer that has several. */
export interface PrunedLayer {
  /** `dense1`, `gru1/recurrent`. */
  readonly layer: string;
  /** Number of weights before and after. */
  readonly weightsBefore: number;
  readonly weightsAfter: number;
  /** Weights other than 0 after pruning. */
  readonly nonZero: number;
  /** Indices of the remaining inputs (rows of the weights), ascending. */
  readonly keptInputs: readonly number[];
  readonly unitsBefore: number;
  /** Indices of the remaining units, ascending. */
  readonly keptUnits: readonly number[];
  /** `weightsBefore / weightsAfter`. */
  readonly compression: number;
}

/** The result of pruning for each layer and in total. */
export interface PruneReport {
  readonly layers: readonly PrunedLayer[];
  readonly weightsBefore: number;
  readonly weightsAfter: number;
  /** Weights other than 0 after pruning. */
  readonly nonZero: number;
  readonly unitsRemoved: number;
  /** `weightsBefore / weightsAfter`: how much smaller the model is as it is stored and computed. */
  readonly compression: number;
}

/** A smaller model, the values of its parameters, and a report of what was removed. */
export interface Pruned<Given extends Likelihoods = Likelihoods> {
  readonly model: Model<Given>;
  /** Parameters of the smaller model. Other tensors, such as the likelihood's, are kept. */
  readonly parameters: TensorMap;
  readonly report: PruneReport;
}

/** How to prune. */
export interface PruneOptions {
  /** Weights with log α ≥ `threshold` are removed. Default: 3; 0 for `structuredBayesianPruning`. */
  readonly threshold?: number;
  /**
   * `law` (the default): the smaller model has the same distribution of outputs as the masked model. `mean`: only the outputs
   * under the means of the weights stay the same, so more units can be removed. Use it for models that predict with mode
   * `mean`.
   */
  readonly preserve?: Preserved;
}

/**
 * Removes weights with log α ≥ `threshold` (default 3, as in Molchanov, Ashukha & Vetrov 2017; 0 for
 * structured Bayesian pruning, which is a signal-to-noise ratio of 1). Then removes the units that no
 * longer matter: units that nothing reads, and units without inputs, which are constant. A constant that is not 0 is added to
 * the biases of the layers that read it, if that does not change the distribution of the outputs. Otherwise its unit stays: where
 * the constant meets noise, where a reading layer has no bias, and before an image that is padded with zeros. The outputs are those
 * of the masked model (`mask`) in prediction. With the means of the weights they are equal up to the rounding of biases. With noise
 * they have the same distribution, unless `preserve` is `mean`.
 *
 * Units are followed through everything that does not mix them (`BuiltLayer.units`): activations, pooling, `batchNorm`, depthwise
 * convolutions, `flatten`, `add`, `multiply`, `concatenate`. Channels that a sum or a product couples are one unit, which goes when
 * every layer that reads it can do without. A layer that is used several times loses a unit when all its uses can do without. A
 * layer that mixes units, such as `layerNorm`, keeps those before it, unless it says which of its weights read them
 * (`BuiltLayer.inputParts`). Each layer keeps at least one unit, and the model keeps its inputs and outputs. Layers whose noise has
 * no log α keep their weights. `parameters` have the carried state (running statistics) as well, where the model has any.
 *
 * Throws `VARDROP_PRUNE` where no layer has log α, what `mask` throws, and `VARDROP_OPTION` for another `preserve` and for other options.
 */
export function prune<Given extends Likelihoods>(
  model: Model<Given>,
  parameters: TensorMap<ArrayLike<number>>,
  options: PruneOptions = {},
): Pruned<Given> {
  checkOptionNames('prune', options, { threshold: true, preserve: true });
  const { preserve = 'law', threshold } = options;
  checkChoice('VARDROP_OPTION', '[prune] preserve', preserve, ['law', 'mean']);
  const masked = mask(model, readParameters('prune', model, parameters), { threshold });
  const removal = removableUnits(model, masked, preserve);
  const network = removeUnits({ model, parameters: masked }, removal);
  return { ...network, report: reportOn(model, network, removal) };
}

function reportOn(before: Model, after: Network, removal: Removal): PruneReport {
  const keepIn = keepsOf(removal);
  const calls = new Map(before.calls.map((call) => [call.name, call]));
  const layers = modelParts(before).map(({ name, layer, part }): PrunedLayer => {
    const weights = after.parameters[`${name}/weights`].data;
    const weightsBefore = elementCount(part.weightShape);
    const units = lastAxis(part.map.outputFactors as readonly number[]);
    const keep = keepOfPart(calls.get(layer.name) as LayerCall, part, keepIn);
    return {
      layer: name,
      weightsBefore,
      weightsAfter: weights.length,
      nonZero: weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0),
      keptInputs: keptIndices(part.weightShape[part.weightShape.length - 2], keep.rows),
      unitsBefore: units,
      keptUnits: keptIndices(units, keep.units),
      compression: weightsBefore / weights.length,
    };
  });
  const sum = (count: (layer: PrunedLayer) => number) => layers.reduce((total, layer) => total + count(layer), 0);
  const weightsBefore = sum((layer) => layer.weightsBefore);
  const weightsAfter = sum((layer) => layer.weightsAfter);
  return {
    layers,
    weightsBefore,
    weightsAfter,
    nonZero: sum((layer) => layer.nonZero),
    unitsRemoved: sum((layer) => layer.unitsBefore - layer.keptUnits.length),
    compression: weightsBefore / weightsAfter,
  };
}
