import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';

/** Options of a layer that permutes axes. */
export interface PermuteOptions {
  readonly name?: string;
  /** Which axis of the inputs each axis of the outputs is. Axis 0 is the batch, which stays where it is: `[2, 1]`. */
  readonly axes: readonly number[];
}

/**
 * Permutes the axes of a datapoint: with axes `[2, 1]`, `[batch, steps, c]` → `[batch, c, steps]`. Throws `VARDROP_LAYER` unless `axes`
 * are the numbers from 1 on in any order, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs
 * with another number of axes.
 */
export function permute(options: PermuteOptions): Layer {
  checkOptionNames('permute', options, { axes: true, name: true }, { dims: 'Write axes.' });
  const { axes } = options;
  if (!Array.isArray(axes) || axes.length === 0 || axes.some((_, i) => !axes.includes(i + 1))) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[permute] axes: got ${formatValue(axes)}, needs the numbers from 1 on in any order, such as [2, 1]. Axis 0 is the batch.`,
    );
  }
  return layerWithoutWeights('permute', options, (name, inputShape) => {
    if (inputShape.length !== axes.length) {
      throw new VardropError(
        'VARDROP_SHAPE',
        `[${name}] inputs: got [batch, ${inputShape.join(', ')}], needs ${axes.length} axes after the batch, as axes [${axes.join(', ')}] has. Change axes.`,
      );
    }
    return {
      outputShape: axes.map((axis) => inputShape[axis - 1]),
      units: axes[axes.length - 1] === axes.length ? 'kept' : 'mixed',
      movesOnly: true,
      apply: (b, x) => b.transpose(x, [0, ...axes]),
    };
  });
}
