import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { withRecipe } from '../recipe.js';
import type { NoNoise } from './noiseModel.js';

/**
 * Deterministic weights: the network as it is without dropout. It has no options and throws `VARDROP_OPTION` if it is given
 * any.
 */
export function noNoise(options: NoOptions = {}): NoNoise {
  checkNoOptions('none', options);
  return withRecipe('noNoise', options, { name: 'none', acts: 'nowhere', parameters: () => [] });
}
