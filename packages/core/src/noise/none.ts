import type { NoNoise } from './noiseModel.js';

/** Deterministic weights: the network as it is without dropout. */
export function none(): NoNoise {
  return { name: 'none', acts: 'nowhere', parameters: () => [] };
}
