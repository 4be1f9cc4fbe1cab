import type { LayerCase } from '../../layerCase.js';
import { attention } from './attention.js';
import { convolution } from './convolution.js';
import { norms } from './norms.js';
import { recurrent } from './recurrent.js';

/** Calls of every layer, with values of other libraries. */
export const layerCases: readonly LayerCase[] = [...attention, ...convolution, ...norms, ...recurrent];
