export { decodeSafetensors } from './decodeSafetensors.js';
export { encodeSafetensors } from './encodeSafetensors.js';
export { checkpointFile, type FileKind, networkFile } from './fileKind.js';
export { below, prefixed } from './prefixed.js';
