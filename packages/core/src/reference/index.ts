export { createReferenceBackend, type ReferenceOptions, type ReferenceTensor } from './backend.js';
export { evaluate, evaluateAll, type Feeds } from './evaluate.js';
export { evaluateNode } from './evaluateNode.js';
export type { NoiseSource, Sources, SpecialFunctions } from './sources.js';
