import { checkOptionNames } from '../../checkOptionNames.js';
import { checkString } from '../../checkString.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import { defineLayer } from '../defineLayer.js';
import type { DatapointShape, Layer } from '../layer.js';

/** Options of `concatenate`. */
export interface ConcatenateOptions {
  readonly name?: string;
  /** Counted with the batch axis, which is 0, or from the end with −1 for the last. Default: −1. */
  readonly axis?: number;
}

/**
 * Two or more values one after the other along an axis: `concatenate()(x, y)`, `[batch, …, a]` and `[batch, …, b]` →
 * `[batch, …, a + b]`. Throws `VARDROP_LAYER` for an axis that is not an integer or that is the batch axis, `VARDROP_OPTION` for
 * unknown options, `VARDROP_MODEL` when it is called on one value; its `build` throws `VARDROP_SHAPE` unless all other axes are
 * equal.
 */
export function concatenate(options: ConcatenateOptions = {}): Layer {
  checkOptionNames('concatenate', options, { axis: true, name: true }, { dim: 'Write axis.' });
  const { axis = -1 } = options;
  if (options.name !== undefined) checkString('[concatenate] name', options.name);
  if (!Number.isInteger(axis) || axis === 0) {
    throw new VardropError(
      'VARDROP_LAYER',
      `[concatenate] axis: got ${formatValue(axis)}, needs an integer other than 0, which is the batch axis.`,
    );
  }
  return defineLayer({
    kind: 'concatenate',
    name: options.name,
    arity: [2, Number.POSITIVE_INFINITY],
    recipe: { part: 'concatenate', options },
    build(name, inputShapes) {
      const [first, ...others] = inputShapes;
      // Of a datapoint, which lacks the batch axis.
      const along = axis < 0 ? first.length + axis : axis - 1;
      if (along < 0 || along >= first.length) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${name}] axis: got ${axis} for inputs ${text(first)}, needs an axis of theirs other than 0. Change axis.`,
        );
      }
      others.forEach((shape, i) => {
        if (shape.length === first.length && shape.every((n, j) => j === along || n === first[j])) return;
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${name}] input ${i + 2}: got ${text(shape)}, needs ${text(first)} but for axis ${along + 1}, as the first input has. Change axis, or put a reshape before it.`,
        );
      });
      const length = inputShapes.reduce((sum, shape) => sum + shape[along], 0);
      return {
        name,
        kind: 'concatenate',
        inputShapes,
        outputShape: first.map((n, j) => (j === along ? length : n)),
        parameters: [],
        movesOnly: true,
        units: along === first.length - 1 ? 'joined' : 'kept',
        apply: (b, inputs) => b.concatenate(inputs, along + 1),
      };
    },
  });
}

function text(shape: DatapointShape): string {
  return `[batch, ${shape.join(', ')}]`;
}
