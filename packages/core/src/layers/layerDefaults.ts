import type { Divergence } from '../divergences/divergence.js';
import type { Estimator } from '../estimators/estimator.js';
import type { NoiseModel } from '../noise/noiseModel.js';

/** What a layer takes from the model unless it has its own. */
export interface LayerDefaults {
  readonly noise: NoiseModel;
  /** Undefined: the layer's own default. */
  readonly estimator: Estimator | undefined;
  /** `null`: no divergence. Undefined: the default of the noise. */
  readonly divergence: Divergence | null | undefined;
}
