import type { TrainingState } from '../training/state.js';

/** Strings by name that a checkpoint carries along, such as how the model was made. */
export type CheckpointMetadata = Readonly<Record<string, string>>;

/** What a checkpoint holds: all that training goes on from, and its owner's metadata. */
export interface Checkpoint {
  readonly state: TrainingState;
  readonly metadata: CheckpointMetadata;
}

/** What a checkpoint is made of: a whole training state, or the parameters of one that is not to be trained on. */
export type StateToSave = Pick<TrainingState<ArrayLike<number>>, 'parameters'> &
  Partial<TrainingState<ArrayLike<number>>>;

/** How names in the file are made: tensors under one of two prefixes, the library's own metadata under a third. */
export const naming = { parameters: 'parameters/', slots: 'optimizer/', metadata: 'vardrop.' } as const;

/** Version of what stands under those names. */
export const formatVersion = '1';
