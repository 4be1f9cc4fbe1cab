import type { TrainingState } from '../training/state.js';

/** Metadata of a checkpoint: strings by name, such as a description of the model. */
export type CheckpointMetadata = Readonly<Record<string, string>>;

/** The contents of a checkpoint: the training state, and the metadata that was saved with it. */
export interface Checkpoint {
  readonly state: TrainingState;
  readonly metadata: CheckpointMetadata;
}

/** What a checkpoint is made from: a whole training state, or only the parameters if training will not continue. */
export type StateToSave = Pick<TrainingState<ArrayLike<number>>, 'parameters'> &
  Partial<TrainingState<ArrayLike<number>>>;

/** Prefixes of names in the file: of parameters, of what training carries beside them, of optimizer slots, of the library's own metadata. */
export const naming = {
  parameters: 'parameters/',
  carried: 'carried/',
  slots: 'optimizer/',
  metadata: 'vardrop.',
} as const;

/** Version of the file format. */
export const formatVersion = '1';
