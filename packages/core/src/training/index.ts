export { allParameters, allTensors } from '../allParameters.js';
export { keyNames, noiseKeys, streams } from '../streams.js';
export type { TensorData, TensorMap } from '../tensorData.js';
export type { Augment, AugmentContext, RowRandom } from './augment.js';
export { averagedParameters, hasAverages } from './averagedParameters.js';
export { classWeights } from './classWeights.js';
export type { Start } from './course.js';
export type { AnyDataset, Dataset, NamedArrays } from './data.js';
export { type DataDigest, isMostlyOf, mostDigests } from './dataDigest.js';
export type { DataPosition } from './dataPosition.js';
export type { DataStream } from './dataStream.js';
export type { EpochRecord } from './epochRecord.js';
export { gradientName, gradientProgram } from './gradientProgram.js';
export type { Minibatch } from './minibatch.js';
export { trainOptionNames, trainOptionsElsewhere } from './resolveTrainOptions.js';
export {
  constantSchedule,
  cosineDecay,
  exponentialDecay,
  joinSchedules,
  type OneCycleOptions,
  oneCycle,
  piecewiseLinear,
  type Schedule,
  stepDecay,
  warmUp,
} from './schedules/index.js';
export { initialState, type TrainingState } from './state.js';
export type { StepResult, StepScales } from './step.js';
export type { TargetScales } from './targetScales.js';
export { type TrainResult, train } from './train.js';
export type { Trainable } from './trainable.js';
export { createTrainer, type Trainer } from './trainer.js';
export { TrainingError } from './trainingError.js';
export { trainingProgram } from './trainingProgram.js';
export type { EarlyStopping, FitWarning, StepEvent, TrainOptions } from './trainOptions.js';
export { updateProgram } from './updateProgram.js';
export type { OutputMetrics, ValidationMetrics } from './validation.js';
export { type WarmStartOptions, warmStart } from './warmStart.js';
