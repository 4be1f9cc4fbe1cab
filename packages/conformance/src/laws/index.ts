import type { Law } from '../law.js';
import { gradients } from './gradients.js';
import { kl } from './kl.js';
import { noise } from './noise.js';
import { noiseModels } from './noiseModels.js';
import { primitives } from './primitives.js';
import { programs } from './programs.js';

/** Every law, in the order in which they are tried: what later laws build on comes first. */
export const laws: readonly Law[] = [primitives, programs, gradients, noise, kl, noiseModels];
