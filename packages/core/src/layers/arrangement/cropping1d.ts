import { checkOptionNames } from '../../checkOptionNames.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';
import { sequenceShape } from '../window.js';
import { cutLengths, readEdges } from './edges.js';

/** Options of a layer that cuts the ends of sequences. */
export interface Cropping1dOptions {
  readonly name?: string;
  /** Steps of each side, or `[before, after]`. Default: 1. */
  readonly cropping?: number | readonly [number, number];
}

/**
 * Cuts the first and last steps of sequences: `[batch, steps, c]` → `[batch, steps′, c]`. Throws `VARDROP_LAYER` for a cropping that is
 * not made of whole numbers from 0 on, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs that
 * are not sequences, and for sequences of which nothing remains.
 */
export function cropping1d(options: Cropping1dOptions = {}): Layer {
  checkOptionNames('cropping1d', options, { cropping: true, name: true });
  const { cropping = 1 } = options;
  const edges = readEdges('cropping1d', 'cropping', cropping);
  return layerWithoutWeights('cropping1d', options, (name, inputShape) => {
    const channels = sequenceShape(name, inputShape)[2];
    const [rest] = cutLengths(name, inputShape, [edges]);
    const range = { start: edges[0], end: edges[0] + rest };
    return {
      outputShape: [rest, channels],
      units: 'kept',
      movesOnly: true,
      apply: (b, x) => b.slice(x, [undefined, range]),
    };
  });
}
