import { checkOptionNames } from '../checkOptionNames.js';
import type { Model } from '../layers/model/model.js';
import type { TensorMap } from '../tensorData.js';
import { readParameters } from './layerTensors.js';
import { prunedWeights } from './prunedWeights.js';

/** How many weights can be removed because of their noise. */
export interface SparsityCount {
  readonly weights: number;
  /** Weights with log α ≥ threshold. */
  readonly pruned: number;
  /** `pruned / weights`, in [0, 1]. */
  readonly sparsity: number;
}

/** Per layer, by name, and in total. */
export interface Sparsity {
  readonly layers: Readonly<Record<string, SparsityCount>>;
  readonly total: SparsityCount;
}

/**
 * Share of weights whose log α is at least `threshold` (default: that of the noise, as for `prune`), in the layers whose noise has log α. Throws `VARDROP_PRUNE`
 * where none has, `VARDROP_OPTION` for a threshold that is NaN and for other options, `VARDROP_STATE` for parameters of another
 * model.
 */
export function sparsity(
  model: Model,
  parameters: TensorMap<ArrayLike<number>>,
  options: { readonly threshold?: number } = {},
): Sparsity {
  checkOptionNames('sparsity', options, { threshold: true });
  const { threshold } = options;
  const read = readParameters('sparsity', model, parameters);
  const count = (weights: number, pruned: number): SparsityCount => ({ weights, pruned, sparsity: pruned / weights });
  const layers = Object.fromEntries(
    Object.entries(prunedWeights(model, read, threshold)).map(([name, pruned]) => [
      name,
      count(
        pruned.length,
        pruned.reduce((sum, one) => sum + one, 0),
      ),
    ]),
  );
  const all = Object.values(layers);
  const sum = (what: 'weights' | 'pruned') => all.reduce((total, layer) => total + layer[what], 0);
  return { layers, total: count(sum('weights'), sum('pruned')) };
}
