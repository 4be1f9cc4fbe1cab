import type { ImageData } from '../imageData.js';
import type { SnapshotName } from './snapshots.js';

/** All options of the experiment; `variance` chooses it for users. */
export interface VarianceOptions {
  readonly data: ImageData;
  readonly seed: number;
  /** Units of the hidden layers. */
  readonly units: readonly number[];
  /** Images of a minibatch whose gradient is measured. */
  readonly minibatch: number;
  readonly epochs: Readonly<Record<SnapshotName, number>>;
  /** Images per minibatch of training. */
  readonly trainingBatch: number;
  readonly learningRate: number;
  /** Independent groups of draws, and draws of each: the spread between groups gives the standard errors. */
  readonly groups: number;
  readonly drawsPerGroup: number;
  /** Groups that one trial measures; it divides `groups`. */
  readonly groupsPerTrial: number;
}

/** The names of these options. */
export const varianceOptionNames: Readonly<Record<keyof VarianceOptions, true>> = {
  data: true,
  seed: true,
  units: true,
  minibatch: true,
  epochs: true,
  trainingBatch: true,
  learningRate: true,
  groups: true,
  drawsPerGroup: true,
  groupsPerTrial: true,
};
