export type { Checkpoint, CheckpointMetadata, StateToSave } from './checkpoint.js';
export { deserializeState } from './deserializeState.js';
export { serializeState } from './serializeState.js';
