export { type CategoricalOptions, categorical } from './categorical.js';
export { type GaussianOptions, gaussian } from './gaussian.js';
export type { Distribution, Likelihood, Likelihoods, LikelihoodValues, TargetKind } from './likelihood.js';
export { logSoftmax } from './logSoftmax.js';
export type { Missing } from './missing.js';
export type { ClassesPredictive, Predictive, ValuesPredictive } from './predictive.js';
export type { SpreadSource } from './spread.js';
