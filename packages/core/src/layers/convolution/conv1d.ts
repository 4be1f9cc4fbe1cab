import { checkOptionNames } from '../../checkOptionNames.js';
import { defineLayer } from '../defineLayer.js';
import { checkGroupedInputs, checkGroups } from '../groups.js';
import type { Layer } from '../layer.js';
import { buildLinearLayer, type LinearLayerOptions } from '../linearLayer.js';
import { checkLinearOptions } from '../linearPart.js';
import { checkPositive, type PaddingMode, placeWindow, readStepsWindow, sequenceShape } from '../window.js';
import { convolutionMap, sequenceMap } from './convolutionMap.js';
import { convolutionOptionNames, convolutionOptionsElsewhere } from './convolutionOptions.js';

/** Options of a convolution of sequences. */
export interface Conv1dOptions extends LinearLayerOptions {
  /** Number of output channels. */
  readonly filters: number;
  /** Number of steps that a filter reads. */
  readonly size: number;
  /** Default: 1. */
  readonly strides?: number;
  /** `causal`: zeros are added before the first step, so that no output depends on later steps. Default: `valid`. */
  readonly padding?: PaddingMode | 'causal';
  /** Distance between the steps that the filter reads. Default: 1. */
  readonly dilations?: number;
  /** Number of groups, as in `conv2d`. Default: 1. */
  readonly groups?: number;
}

/**
 * A convolution (cross-correlation) along the steps of a sequence: `[batch, steps, in]` → `[batch, steps′, filters]`, weights
 * `[size, in / groups, filters]`. It is `conv2d` on images of height 1, so that what is said there about noise holds for it.
 * `causal` padding is that of van den Oord et al. 2016 (WaveNet).
 *
 * Throws like `conv2d`, and `VARDROP_SHAPE` for inputs that are not sequences.
 */
export function conv1d(options: Conv1dOptions): Layer {
  const known = { filters: true, ...convolutionOptionNames, dilations: true, groups: true } as const;
  checkOptionNames('conv1d', options, known, convolutionOptionsElsewhere);
  const { filters, groups = 1 } = options;
  checkPositive('conv1d', 'filters', filters);
  checkGroups('conv1d', filters, groups);
  checkLinearOptions('conv1d', options);
  const window = readStepsWindow('conv1d', options, ['same', 'valid', 'causal']);
  return defineLayer({
    kind: 'conv1d',
    name: options.name,
    recipe: { part: 'conv1d', options },
    ...(groups === 1 && { withUnits: (count: number) => conv1d({ ...options, filters: count }) }),
    build(name, [inputShape], defaults) {
      const image = sequenceShape(name, inputShape);
      checkGroupedInputs(name, inputShape, groups);
      const placed = placeWindow(name, image, window);
      const description = {
        kind: 'conv1d',
        name,
        inputShape,
        outputShape: [placed.output[1], filters],
        weightShape: [placed.size[1], image[2] / groups, filters],
        // Where there are groups, rows of the weights belong to several channels.
        ...(groups > 1 && { unitParts: {} }),
        map: sequenceMap(convolutionMap(placed, { inputs: image[2], filters, groups })),
      };
      return buildLinearLayer(description, options, defaults);
    },
  });
}
