export { errorExperiment } from './error/errorExperiment.js';
export { type ErrorPlan, fullErrorPlan, quickErrorPlan } from './error/errorPlan.js';
export * from './experiment.js';
export * from './findings.js';
export * from './imageData.js';
export * from './json.js';
export { readNetwork, type StoredNetwork } from './sparsity/networkFile.js';
export { sparsityExperiment } from './sparsity/sparsityExperiment.js';
export { publishedSparsityPlan, quickSparsityPlan, type SparsityPlan } from './sparsity/sparsityPlan.js';
