import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { type Model, modelParts } from '../layers/model/model.js';
import { elementCount } from '../program/shapes.js';
import type { TensorMap } from '../tensorData.js';
import { logAlphasOf } from './logAlphas.js';

/** log α above which a weight counts as noise (p > 0.95): Molchanov, Ashukha & Vetrov 2017. */
const usualThreshold = 3;

/**
 * For each part whose noise has log α, by name: which of its weights have log α ≥ `threshold`
 * (default: that of the noise, else 3), 1 or 0 per weight, row-major.
 * Throws `VARDROP_OPTION` for a threshold that is NaN, `VARDROP_PRUNE` where no layer has log α.
 */
export function prunedWeights(
  model: Model,
  parameters: TensorMap,
  threshold?: number,
): Readonly<Record<string, Uint8Array>> {
  if (threshold !== undefined && (typeof threshold !== 'number' || Number.isNaN(threshold))) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[prune] threshold: got ${formatValue(threshold)}, needs a number, such as 3.`,
    );
  }
  const found = logAlphasOf(model, parameters);
  if (Object.keys(found).length === 0) {
    const names = new Set(modelParts(model).map(({ part }) => `'${part.noise.name}'`));
    throw new VardropError(
      'VARDROP_PRUNE',
      `[prune] noise: got ${[...names].join(', ') || 'none'}, needs a model whose noise has log α. Train with sparseVariational(), structuredBayesianPruning(), variationalDropout() or bernoulliLearned().`,
    );
  }
  return Object.fromEntries(
    modelParts(model).flatMap(({ name, part }) => {
      if (!found[name]) return [];
      const { values, shape } = found[name];
      const limit = threshold ?? part.noise.threshold ?? usualThreshold;
      const at = broadcastIndex(shape, part.weightShape);
      const pruned = Uint8Array.from({ length: elementCount(part.weightShape) }, (_, i) =>
        values[at(i)] >= limit ? 1 : 0,
      );
      return [[name, pruned]];
    }),
  );
}

/** The index of the value for element i of `target` in a tensor of `shape` that broadcasts to it. */
function broadcastIndex(shape: readonly number[], target: readonly number[]): (i: number) => number {
  const padded = [...new Array<number>(target.length - shape.length).fill(1), ...shape];
  const strides = padded.map((n, axis) => (n === 1 ? 0 : elementCount(padded.slice(axis + 1))));
  return (i) => {
    let rest = i;
    let index = 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      index += (rest % target[axis]) * strides[axis];
      rest = Math.floor(rest / target[axis]);
    }
    return index;
  };
}
