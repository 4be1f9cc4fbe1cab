export type { Estimator, EstimatorContext, LinearMap } from './estimator.js';
export { flipout } from './flipout.js';
export { local } from './local.js';
export { separate } from './separate.js';
export { single } from './single.js';
