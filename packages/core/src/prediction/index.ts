export type { MomentsOptions } from '../layers/model/momentsOf.js';
export { createPredictor, type Predictor, type PredictorOptions, type PredictorRunOptions } from './createPredictor.js';
export type { InputBlock, InputStream } from './inputStream.js';
export { momentsProgram } from './momentsProgram.js';
export { type PredictOptions, predict, predictOptionNames } from './predict.js';
export type * from './prediction.js';
export { type PredictionMode, predictionProgram } from './predictionProgram.js';
export { standardPoints } from './standardPoints.js';
export { summaryProgram } from './summaryProgram.js';
