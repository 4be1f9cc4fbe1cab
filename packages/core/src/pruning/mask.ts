import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { type Model, modelParts } from '../layers/model/model.js';
import type { TensorMap } from '../tensorData.js';
import { readParameters } from './layerTensors.js';
import { prunedWeights } from './prunedWeights.js';
import { weightStates } from './weightStates.js';

/**
 * log σ² of a weight without variance. It is not −∞: some backends cannot store that, and log α = log σ² − log θ² would be NaN
 * at θ = 0. Its σ is 0 in float64 too.
 */
const noVariance = -1600;

/**
 * The parameters with every weight of log α ≥ `threshold` (default 3; 0 for `structuredBayesianPruning`) removed: its mean and its variance are 0. The shapes
 * stay; `prune` makes the model smaller. Tensors that do not change are shared with the argument. Use the result for prediction
 * only: without variance the KL to a log-uniform prior is not defined, so training cannot continue.
 *
 * Throws `VARDROP_PRUNE` if no layer has log α, or if a custom noise model has variance where the mean is 0 and has no
 * parameter `logVariance` of the weights' shape, which would allow to remove it; `VARDROP_OPTION` for a threshold that is NaN
 * and for other options; `VARDROP_STATE` for parameters of another model.
 */
export function mask(
  model: Model,
  parameters: TensorMap<ArrayLike<number>>,
  options: { readonly threshold?: number } = {},
): TensorMap {
  checkOptionNames('mask', options, { threshold: true });
  const { threshold } = options;
  const masked: Record<string, TensorMap[string]> = { ...readParameters('mask', model, parameters) };
  const pruned = prunedWeights(model, masked, threshold);
  for (const modelPart of modelParts(model)) {
    const { name, part } = modelPart;
    const gone = pruned[name];
    if (!gone) continue;
    const set = (tensor: string, value: number) => {
      const { shape, data } = masked[tensor];
      masked[tensor] = { shape, data: data.map((old, i) => (gone[i] ? value : old)) };
    };
    set(`${name}/weights`, 0);
    if (part.noise.learns === 'gaussian' && masked[`${name}/logVariance`]?.data.length === gone.length) {
      set(`${name}/logVariance`, noVariance);
    }
    const { active } = weightStates(modelPart, masked, 'law');
    if (active.some((one, i) => one && gone[i])) {
      throw new VardropError(
        'VARDROP_PRUNE',
        `[${name}] noise '${part.noise.name}': got a variance where the mean is 0, needs none. Give the noise the posterior kind 'gaussian' with log σ² as the parameter 'logVariance', or a variance that is proportional to the squared mean.`,
      );
    }
  }
  return masked;
}
