import { checkOptionNames } from '../../checkOptionNames.js';
import { defineLayer } from '../defineLayer.js';
import type { Layer } from '../layer.js';
import { buildLinearLayer, type LinearLayerOptions } from '../linearLayer.js';
import { checkLinearOptions } from '../linearPart.js';
import { checkPositive, type PaddingMode, placeTransposed, readStepsWindow, sequenceShape } from '../window.js';
import { sequenceMap, transposedMap } from './convolutionMap.js';
import { convolutionOptionNames, convolutionOptionsElsewhere } from './convolutionOptions.js';

/** Options of a transposed convolution of sequences. */
export interface Conv1dTransposeOptions extends LinearLayerOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Number of steps of the filter. */
  readonly size: number;
  /** How far apart the filter is put for neighbouring steps. Default: 1. */
  readonly strides?: number;
  /** `valid`: the whole result, `(n − 1) · stride + size` steps. `same`: `n · stride` steps of it. Default: `valid`. */
  readonly padding?: PaddingMode;
}

/**
 * A transposed convolution of sequences: `[batch, steps, in]` → `[batch, steps′, filters]`, weights `[size, in, filters]`. It is
 * `conv2dTranspose` on images of height 1. Throws like it, and `VARDROP_SHAPE` for inputs that are not sequences.
 */
export function conv1dTranspose(options: Conv1dTransposeOptions): Layer {
  const known = { filters: true, ...convolutionOptionNames } as const;
  checkOptionNames('conv1dTranspose', options, known, convolutionOptionsElsewhere);
  const { filters } = options;
  checkPositive('conv1dTranspose', 'filters', filters);
  checkLinearOptions('conv1dTranspose', options);
  const window = readStepsWindow('conv1dTranspose', options);
  return defineLayer({
    kind: 'conv1dTranspose',
    name: options.name,
    recipe: { part: 'conv1dTranspose', options },
    withUnits: (count) => conv1dTranspose({ ...options, filters: count }),
    build(name, [inputShape], defaults) {
      const image = sequenceShape(name, inputShape);
      const { placed, whole } = placeTransposed(name, image, window);
      const description = {
        kind: 'conv1dTranspose',
        name,
        inputShape,
        outputShape: [whole[1], filters],
        weightShape: [placed.size[1], image[2], filters],
        map: sequenceMap(transposedMap(placed, whole, { inputs: image[2], filters })),
      };
      return buildLinearLayer(description, options, defaults);
    },
  });
}
