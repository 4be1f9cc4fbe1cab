import type { Law } from '../law.js';
import { gradients } from './gradients.js';
import { gradientVariance } from './gradientVariance.js';
import { handles } from './handles.js';
import { kl } from './kl.js';
import { layers } from './layers.js';
import { lifetime } from './lifetime.js';
import { likelihoods } from './likelihoods.js';
import { limits } from './limits.js';
import { localReparametrization } from './localReparametrization.js';
import { moments } from './moments.js';
import { noise } from './noise.js';
import { optimizers } from './optimizers.js';
import { prediction } from './prediction.js';
import { primitives } from './primitives.js';
import { programs } from './programs.js';
import { reads } from './reads.js';
import { refusals } from './refusals.js';
import { sgvb } from './sgvb.js';
import { sizes } from './sizes.js';
import { specialCases } from './specialCases.js';
import { training } from './training.js';

/** Every law, in the order in which they are tried. Laws that others rely on come first. */
export const laws: readonly Law[] = [
  primitives,
  programs,
  sizes,
  gradients,
  layers,
  likelihoods,
  noise,
  localReparametrization,
  gradientVariance,
  kl,
  sgvb,
  specialCases,
  optimizers,
  training,
  moments,
  prediction,
  lifetime,
  handles,
  reads,
  limits,
  refusals,
];
