import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import { elementCount } from '../../program/shapes.js';
import type { Layer } from '../layer.js';
import { layerWithoutWeights } from '../layerWithoutWeights.js';

/** Options of a layer that gives values another shape. */
export interface ReshapeOptions {
  readonly name?: string;
  /** The shape of one datapoint, without the batch axis. One of the lengths may be −1: whatever remains. */
  readonly shape: readonly number[];
}

/**
 * The same values, row-major, in another shape: `[batch, …]` → `[batch, …shape]`. Throws `VARDROP_LAYER` for a shape that is not made
 * of positive integers and at most one −1, and `VARDROP_OPTION` for unknown options; its `build` throws `VARDROP_SHAPE` for inputs
 * with another number of elements.
 */
export function reshape(options: ReshapeOptions): Layer {
  checkOptionNames('reshape', options, { shape: true, name: true }, { targetShape: 'Write shape.' });
  const { shape } = options;
  const isLength = (n: unknown) => Number.isInteger(n) && ((n as number) > 0 || n === -1);
  if (
    !Array.isArray(shape) ||
    shape.length === 0 ||
    !shape.every(isLength) ||
    shape.filter((n) => n === -1).length > 1
  ) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[reshape] shape: got ${formatValue(shape)}, needs the shape of one datapoint: positive integers, one of which may be −1.`,
    );
  }
  return layerWithoutWeights('reshape', options, (name, inputShape) => {
    const count = elementCount(inputShape);
    const known = elementCount(shape.filter((n) => n !== -1));
    const outputShape = shape.map((n) => (n === -1 ? count / known : n));
    if (elementCount(outputShape) !== count || count % known !== 0) {
      throw new VardropError(
        'VARDROP_SHAPE',
        `[${name}] inputs: got [batch, ${inputShape.join(', ')}], needs as many elements as the shape [batch, ${shape.join(', ')}]. Change shape.`,
      );
    }
    // Whole pixels are joined, whatever the number of channels, only where the last length is what remains.
    const channels = inputShape[inputShape.length - 1];
    const joinsPixels = shape[shape.length - 1] === -1 && (count / channels) % known === 0;
    return {
      outputShape,
      units: joinsPixels ? 'spread' : 'mixed',
      movesOnly: true,
      apply: (b, x) => b.reshape(x, ['batch', ...outputShape]),
    };
  });
}
