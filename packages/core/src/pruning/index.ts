export { type LayerLogAlpha, logAlphas } from './logAlphas.js';
export { mask } from './mask.js';
export { type Pruned, type PrunedLayer, type PruneOptions, type PruneReport, prune } from './prune.js';
export { resizeModel } from './resizeModel.js';
export { type Sparsity, type SparsityCount, sparsity } from './sparsity.js';
export type { Preserved } from './weightStates.js';
