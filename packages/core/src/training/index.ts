export type { Start } from './course.js';
export type { Dataset, Minibatch } from './data.js';
export type { DataPosition } from './dataPosition.js';
export {
  type EarlyStopping,
  type EpochRecord,
  type FitOptions,
  type FitResult,
  type FitWarning,
  fit,
  type StepEvent,
} from './fit.js';
export { constantSchedule, exponentialDecay, piecewiseLinear, type Schedule, warmUp } from './schedule.js';
export { initialState, type TensorData, type TensorMap, type TrainingState } from './state.js';
export { keyNames, noiseKeys, streams } from './streams.js';
export { createTrainer, type StepResult, type StepScales, type Trainer } from './trainer.js';
export { TrainingError } from './trainingError.js';
export { allParameters, trainingProgram } from './trainingProgram.js';
export type { ValidationMetrics } from './validation.js';
