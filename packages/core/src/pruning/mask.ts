import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import type { BuiltLayer, LinearLayer } from '../layers/layer.js';
import type { Model } from '../layers/sequential.js';
import type { TensorMap } from '../tensorData.js';
import { readParameters } from './layerTensors.js';
import { prunedWeights, usualThreshold } from './prunedWeights.js';
import { weightStates } from './weightStates.js';

/**
 * log σ² of a weight without variance. Not −∞, which some backends cannot hold and which makes log α = log σ² − log θ²
 * not a number at θ = 0; e to half of it is 0 in float64 too.
 */
const noVariance = -1600;

/**
 * The parameters with every weight of log α ≥ `threshold` (3 where left out) removed: its mean is 0, and so is its
 * variance. The shapes stay; `prune` makes the model smaller. The tensors are new where they differ, else shared. They
 * are for predicting: weights without variance have no KL from a log-uniform prior to go on training with.
 *
 * Throws `VARDROP_PRUNE` where no layer has log α, or your own noise model still has variance where the mean is 0 and
 * no `logVariance` of the weights' shape by which to take it away; `VARDROP_OPTION` for a threshold that is NaN and for other options;
 * `VARDROP_STATE` for parameters of another model.
 */
export function mask(
  model: Model,
  parameters: TensorMap<ArrayLike<number>>,
  options: { readonly threshold?: number } = {},
): TensorMap {
  checkOptionNames('mask', options, { threshold: true });
  const { threshold = usualThreshold } = options;
  const masked: Record<string, TensorMap[string]> = { ...readParameters('mask', model, parameters) };
  const pruned = prunedWeights(model, masked, threshold);
  for (const layer of model.layers) {
    const { linear, name } = layer;
    const gone = pruned[name];
    if (!linear || !gone) continue;
    const set = (tensor: string, value: number) => {
      const { shape, data } = masked[tensor];
      masked[tensor] = { shape, data: data.map((old, i) => (gone[i] ? value : old)) };
    };
    set(`${name}/weights`, 0);
    if (linear.noise.learns === 'gaussian' && masked[`${name}/logVariance`]?.data.length === gone.length) {
      set(`${name}/logVariance`, noVariance);
    }
    const { active } = weightStates(layer as BuiltLayer & { linear: LinearLayer }, masked, 'law');
    if (active.some((one, i) => one && gone[i])) {
      throw new VardropError(
        'VARDROP_PRUNE',
        `[${name}] noise '${linear.noise.name}': got a variance where the mean is 0, needs none. Give it posterior kind 'gaussian' and its log σ² as parameter 'logVariance', or a variance in proportion to the squared mean.`,
      );
    }
  }
  return masked;
}
