import { checkChoice } from '../checkChoice.js';
import { checkOptionNames } from '../checkOptionNames.js';
import type { Model } from '../layers/sequential.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { readParameters } from './layerTensors.js';
import { mask } from './mask.js';
import { pairs, removableUnits } from './removableUnits.js';
import { type Network, removeUnits } from './removeUnits.js';
import type { Preserved } from './weightStates.js';

/** What pruning has done to one layer with weights. */
export interface PrunedLayer {
  readonly layer: string;
  /** Numbers of weights before and after. */
  readonly weightsBefore: number;
  readonly weightsAfter: number;
  /** Weights after that are not 0. */
  readonly nonZero: number;
  readonly unitsBefore: number;
  /** Indices of the units that are left, ascending. */
  readonly keptUnits: readonly number[];
  /** `weightsBefore / weightsAfter`. */
  readonly compression: number;
}

/** What pruning has done, layer by layer and in all. */
export interface PruneReport {
  readonly layers: readonly PrunedLayer[];
  readonly weightsBefore: number;
  readonly weightsAfter: number;
  /** Weights after that are not 0. */
  readonly nonZero: number;
  readonly unitsRemoved: number;
  /** `weightsBefore / weightsAfter`: how much smaller the model is as it is stored and computed. */
  readonly compression: number;
}

/** A smaller model, the values of its parameters, and what went. */
export interface Pruned {
  readonly model: Model;
  /** Parameters of the smaller model; others than the model's (the likelihood's) are passed on. */
  readonly parameters: TensorMap;
  readonly report: PruneReport;
}

/** How to prune. */
export interface PruneOptions {
  /** log α from which on a weight goes; 3 where left out. */
  readonly threshold?: number;
  /**
   * `law` (where left out): the smaller model has the masked one's distribution of outputs. `mean`: only the outputs of
   * the weights' means stay, so that more units go; for models that predict with mode `mean`.
   */
  readonly preserve?: Preserved;
}

/**
 * Removes weights with log α ≥ `threshold` (3 where left out, as Molchanov, Ashukha & Vetrov 2017 have it), then the
 * units that died of it, so that the model is smaller: units that nothing reads, and units without inputs, which are
 * constant. A constant that is not 0 goes into the bias of the next layer where that leaves the law of the outputs as
 * it is: not under noise, without a bias, or before zeros around an image, where its unit stays. The outputs are those of the masked model (`mask`): equal
 * with the weights' means up to the rounding of biases, and equal in law with noise unless `preserve` is `mean`. Each layer keeps one unit at least,
 * and the model its inputs and outputs. Layers whose noise has no log α keep their weights. Units are followed through
 * layers that say that they keep or spread them (`BuiltLayer.units`); any other layer between two keeps the units before it.
 *
 * Throws `VARDROP_PRUNE` where no layer has log α, what `mask` throws, and `VARDROP_OPTION` for another `preserve` and for other options.
 */
export function prune(model: Model, parameters: TensorMap<ArrayLike<number>>, options: PruneOptions = {}): Pruned {
  checkOptionNames('prune', options, { threshold: true, preserve: true });
  const { preserve = 'law', threshold } = options;
  checkChoice('VARDROP_OPTION', '[prune] preserve', preserve, ['law', 'mean']);
  let network: Network = { model, parameters: mask(model, readParameters('prune', model, parameters), { threshold }) };
  const kept = new Map(
    model.layers.flatMap(({ name, linear }) => {
      if (!linear) return [];
      const units = linear.weightShape[linear.weightShape.length - 1];
      return [[name, Array.from({ length: units }, (_, i) => i)] as const];
    }),
  );
  // Removing a unit can leave the units before it unread and those after it without inputs, so until nothing changes.
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
  const layers = before.layers.flatMap(({ name, linear }): PrunedLayer[] => {
    if (!linear) return [];
    const weights = after.parameters[`${name}/weights`].data;
    const weightsBefore = elementCount(linear.weightShape);
    return [
      {
        layer: name,
        weightsBefore,
        weightsAfter: weights.length,
        nonZero: weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0),
        unitsBefore: linear.weightShape[linear.weightShape.length - 1],
        keptUnits: kept.get(name) ?? [],
        compression: weightsBefore / weights.length,
      },
    ];
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
