export type { Estimator, EstimatorContext, LinearMap } from './estimator.js';
export { flipout } from './flipout.js';
export { localReparametrization } from './localReparametrization.js';
export { separateSamples } from './separateSamples.js';
export { singleSample } from './singleSample.js';
