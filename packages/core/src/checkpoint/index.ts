export { type BytesSource, bytesOf } from './bytesOf.js';
export type { Checkpoint, CheckpointMetadata, StateToSave } from './checkpoint.js';
export { deserializeState } from './deserializeState.js';
export { load } from './load.js';
export { replaceFile } from './replaceFile.js';
export { save } from './save.js';
export { serializeState } from './serializeState.js';
