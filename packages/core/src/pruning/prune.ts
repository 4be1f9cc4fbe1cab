import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { type Model, modelParts } from '../layers/model.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { readParameters } from './layerTensors.js';
import { mask } from './mask.js';
import { pairs, removableUnits } from './removableUnits.js';
import { type Network, removeUnits } from './removeUnits.js';
import type { Preserved } from './weightStates.js';

/** The result of pruning for one layer with weights. */
export interface PrunedLayer {
  readonly layer: string;
  /** Number of weights before and after. */
  readonly weightsBefore: number;
  readonly weightsAfter: number;
  /** Weights other than 0 after pruning. */
  readonly nonZero: number;
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
export interface Pruned {
  readonly model: Model;
  /** Parameters of the smaller model. Other tensors, such as the likelihood's, are kept. */
  readonly parameters: TensorMap;
  readonly report: PruneReport;
}

/** How to prune. */
export interface PruneOptions {
  /** Weights with log α ≥ `threshold` are removed. Default: 3. */
  readonly threshold?: number;
  /**
   * `law` (the default): the smaller model has the same distribution of outputs as the masked model. `mean`: only the outputs
   * under the means of the weights stay the same, so more units can be removed. Use it for models that predict with mode
   * `mean`.
   */
  readonly preserve?: Preserved;
}

/**
 * Removes weights with log α ≥ `threshold` (default 3, as in Molchanov, Ashukha & Vetrov 2017). Then removes the units that no
 * longer matter: units that nothing reads, and units without inputs, which are constant. A constant that is not 0 is added to
 * the bias of the next layer, if that does not change the distribution of the outputs. Otherwise its unit stays: where the
 * constant meets noise, where the next layer has no bias, and before an image that is padded with zeros. The outputs are those
 * of the masked model (`mask`). With the means of the weights they are equal up to the rounding of biases. With noise they have
 * the same distribution, unless `preserve` is `mean`. Each layer keeps at least one unit, and the model keeps its inputs and
 * outputs. Layers whose noise has no log α keep their weights. Units are followed through layers that declare that they keep or
 * spread them (`BuiltLayer.units`); any other layer keeps the units before it.
 *
 * Throws `VARDROP_PRUNE` where no layer has log α, what `mask` throws, and `VARDROP_OPTION` for another `preserve` and for other options.
 */
export function prune(model: Model, parameters: TensorMap<ArrayLike<number>>, options: PruneOptions = {}): Pruned {
  checkOptionNames('prune', options, { threshold: true, preserve: true });
  const { preserve = 'law', threshold } = options;
  checkChoice('VARDROP_OPTION', '[prune] preserve', preserve, ['law', 'mean']);
  let network: Network = { model, parameters: mask(model, readParameters('prune', model, parameters), { threshold }) };
  const kept = new Map(
    modelParts(model).map(({ name, part: { weightShape } }) => {
      const units = weightShape[weightShape.length - 1];
      return [name, Array.from({ length: units }, (_, i) => i)] as const;
    }),
  );
  // Removing a unit can leave units before it unread and units after it without inputs. So this repeats until nothing changes.
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < pairs(network.model).length; i++) {
      const pair = pairs(network.model)[i];
      const removal = removableUnits(pair, network.parameters, preserve);
      if (removal.units.length === 0) continue;
      network = removeUnits(network, pair, removal);
      const before = kept.get(pair.source.name) ?? [];
      kept.set(
        pair.source.name,
        before.filter((_, unit) => !removal.units.includes(unit)),
      );
      changed = true;
    }
  }
  return { ...network, report: reportOn(model, network, kept) };
}

function reportOn(before: Model, after: Network, kept: ReadonlyMap<string, readonly number[]>): PruneReport {
  const layers = modelParts(before).map(({ name, part: { weightShape } }): PrunedLayer => {
    const weights = after.parameters[`${name}/weights`].data;
    const weightsBefore = elementCount(weightShape);
    return {
      layer: name,
      weightsBefore,
      weightsAfter: weights.length,
      nonZero: weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0),
      unitsBefore: weightShape[weightShape.length - 1],
      keptUnits: kept.get(name) ?? [],
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
