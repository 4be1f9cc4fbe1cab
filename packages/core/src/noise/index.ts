export { meanField, sparseVariational } from './additive.js';
export { bernoulli } from './bernoulli.js';
export { type BernoulliLearnedOptions, bernoulliLearned } from './bernoulliLearned.js';
export { gaussianDropout } from './gaussianDropout.js';
export type * from './noiseModel.js';
export { noNoise } from './noNoise.js';
export { alphaOfRate } from './rate.js';
export { structuredBayesianPruning } from './structuredBayesianPruning.js';
export { type VariationalDropoutOptions, variationalDropout } from './variationalDropout.js';
