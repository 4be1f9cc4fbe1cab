import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { sumMoments } from '../combinedMoments.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { buildLinearPart, checkLinearOptions, partParameters } from '../linearPart.js';
import { partMoments } from '../partMoments.js';
import { checkPositive, sequenceShape } from '../window.js';
import { countUp, type TableOptions, tableMap, tableOptionNames } from './tableMap.js';

/** Options of a learned position embedding. */
export interface PositionEmbeddingOptions extends TableOptions {
  /** The greatest number of steps. */
  readonly length: number;
}

const elsewhere = {
  sequenceLength: 'Write length.',
  maxLength: 'Write length.',
  inputDim: 'Write length.',
  outputDim: 'It has as many units as its inputs.',
} as const;

/**
 * Adds a learned row to each step of a sequence: `[batch, steps, units]` → the same, with the first `steps` rows of
 * `positions/weights` `[length, units]` (Gehring et al. 2017). Rows start as N(0, 1). Noise acts on it as on an `embedding` that reads each position
 * once, so all estimators keep the law of the weights.
 *
 * Throws `VARDROP_LAYER` unless `length` is a positive integer, `VARDROP_OPTION` for unknown options, and when built
 * `VARDROP_SHAPE` for other inputs than sequences and for more than `length` steps, and `VARDROP_COMBINATION` for noise, estimator
 * and divergence that cannot be combined.
 */
export function positionEmbedding(options: PositionEmbeddingOptions): Layer {
  checkOptionNames('positionEmbedding', options, { length: true, ...tableOptionNames }, elsewhere);
  const { length } = options;
  checkPositive('positionEmbedding', 'length', length);
  checkLinearOptions('positionEmbedding', options);
  return defineLayer({
    kind: 'positionEmbedding',
    name: options.name,
    recipe: { part: 'positionEmbedding', options },
    build(name, [inputShape], defaults) {
      const [, steps, units] = sequenceShape(name, inputShape);
      if (steps > length) {
        throw new VardropError(
          'VARDROP_SHAPE',
          `[${name}] inputs: got ${steps} steps, needs at most ${length}. Write length: ${steps}, or shorten the sequences.`,
        );
      }
      const part = buildLinearPart(
        name,
        {
          name: 'positions',
          weightShape: [length, units],
          map: tableMap({ rows: length, units, index: [steps], repeats: false }),
          initializer: { kind: 'normal', deviation: 1 },
          bias: false,
        },
        options,
        defaults,
      );
      return {
        name,
        kind: 'positionEmbedding',
        inputShapes: [inputShape],
        outputShape: inputShape,
        parameters: partParameters([part]),
        parts: [part],
        units: 'kept',
        outputPart: 'positions',
        apply(b, [x], parameters, mode) {
          const numbers = b.constant(countUp(steps), [1, steps]);
          // Without noise all datapoints read the same rows, so they are read once.
          const quiet = mode.draw === undefined || part.noise.acts === 'nowhere';
          const positions = quiet ? numbers : b.broadcast(numbers, ['batch', steps]);
          return b.label(b.add(x, part.apply(b, positions, parameters, mode)), 'output');
        },
        moments(b, [x], parameters, mode) {
          const positions = { mean: b.broadcast(b.constant(countUp(steps), [1, steps]), ['batch', steps]) };
          return sumMoments(b, x, partMoments(b, name, part, positions, parameters, mode));
        },
      };
    },
  });
}
