export { ard } from './ard.js';
export { defaultDivergence } from './defaultDivergence.js';
export type { Divergence } from './divergence.js';
export { gaussianPrior } from './gaussianPrior.js';
export { logUniformCubic } from './logUniformCubic.js';
export { logUniformExact } from './logUniformExact.js';
export { logUniformSigmoid } from './logUniformSigmoid.js';
export { truncatedLogUniform } from './truncatedLogUniform.js';
