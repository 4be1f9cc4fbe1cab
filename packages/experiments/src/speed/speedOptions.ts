import type { ImageData } from '../imageData.js';
import type { SpeedCase } from './measureSpeed.js';

/** All options of the experiment; `speed` chooses it for users. */
export interface SpeedOptions {
  readonly data: ImageData;
  readonly seed: number;
  /** The first one is the paper's. */
  readonly cases: readonly SpeedCase[];
  readonly rounds: number;
  /** Part of each minibatch that is computed with separate samples; the rest is extrapolated. */
  readonly share: number;
  /** Images of the epoch for which times are reported. */
  readonly epoch: number;
}
