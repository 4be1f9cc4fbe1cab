import type { LayerCase } from '../../layerCase.js';
import { convolution } from './convolution.js';
import { recurrent } from './recurrent.js';

/** Calls of every layer, with values of other libraries. */
export const layerCases: readonly LayerCase[] = [...convolution, ...recurrent];
