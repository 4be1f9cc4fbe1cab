export type { WasmTensor } from './backend.js';
export { createWasmBackend, type WasmBackendOptions } from './createWasmBackend.js';
export { compileSparse, type SparseNetwork } from './sparse/compileSparse.js';
