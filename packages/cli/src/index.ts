export { type ParsedArguments, parseArguments } from './arguments.js';
export {
  type AlphaName,
  alphas,
  type BackendName,
  backends,
  type DivergenceName,
  divergences,
  type EstimatorName,
  estimators,
  type NoiseName,
  noises,
} from './choices.js';
export type { Train } from './commandTypes.js';
export { loadEmbeddedDigits } from './data/embeddedDigits.js';
export { loadIdx } from './data/idx.js';
export type { ImageDataset, ImageSplit } from './data/imageDataset.js';
export { loadData } from './data/loadData.js';
export { exitCodes, type MainEnvironment, main } from './main.js';
export {
  createProgress,
  type Progress,
  type ProgressStart,
  type ProgressStep,
  type ProgressStream,
} from './progress.js';
export { inputAlphaOf } from './report/inputAlpha.js';
export { renderReport } from './report/renderReport.js';
export { printSummary, type RunJson, reportJson, type SummaryJson, summaryJson } from './report/summary.js';
export type * from './report/trainingReport.js';
export { type TrainOptions, trainDefaults } from './trainOptions.js';
