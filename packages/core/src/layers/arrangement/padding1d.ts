import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { sequenceShape } from '../window.js';
import { readEdges } from './edges.js';

/** Options of a layer that adds zeros around sequences. */
export interface Padding1dOptions {
  readonly name?: string;
  /** Steps on each side, or `[before, after]`. Default: 1. */
  readonly padding?: number | readonly [number, number];
}

/**
 * Adds zeros before and after sequences: `[batch, steps, c]` → `[batch, steps′, c]`. Throws `VARDROP_LAYER` for a padding that is
 * not made of whole numbers from 0 on, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs that
 * are not sequences.
 */
export function padding1d(options: Padding1dOptions = {}): Layer {
  checkOptionNames('padding1d', options, { padding: true, name: true });
  const { padding = 1 } = options;
  const [before, after] = readEdges('padding1d', 'padding', padding);
  return layerWithoutWeights('padding1d', options, (name, inputShape) => {
    const [, steps, channels] = sequenceShape(name, inputShape);
    return {
      outputShape: [before + steps + after, channels],
      units: 'kept',
      movesOnly: true,
      apply: (b, x) => b.pad(x, [undefined, { before, after }]),
    };
  });
}
