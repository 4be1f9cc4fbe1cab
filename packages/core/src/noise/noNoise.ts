import { checkNoOptions, type NoOptions } from '../noOptions.js';
import { recipeOf } from '../recipe.js';
import type { NoNoise } from './noiseModel.js';

/**
 * Deterministic weights: the network as it is without dropout. It has no options and throws `VARDROP_OPTION` if it is given
 * any.
 */
export function noNoise(options: NoOptions = {}): NoNoise {
  checkNoOptions('none', options);
  return { name: 'none', recipe: recipeOf('noNoise', options), acts: 'nowhere', parameters: () => [] };
}
