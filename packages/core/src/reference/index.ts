/** The float64 interpreter of programs, and error bounds for float32 results. */
export { dawson } from '../special/dawson.js';
export { erf } from '../special/erf.js';
export { logUniformKl } from '../special/logUniformKl.js';
export type { Arithmetic } from './arithmetic.js';
export { createReferenceBackend, type ReferenceOptions, type ReferenceTensor } from './backend.js';
export { errorBound } from './errorBound.js';
export { evaluate, evaluateAll, type Feeds } from './evaluate.js';
export { evaluateNode } from './evaluateNode.js';
export { magnitude } from './magnitude.js';
export { meaningful } from './meaningful.js';
export { exactFunctions, type NoiseSource, type Sources, type SpecialFunctions } from './sources.js';
export { withinBound } from './withinBound.js';
