export { constantSchedule, exponentialDecay, piecewiseLinear, type Schedule, warmUp } from './schedule.js';
export { initialState, type TensorData, type TensorMap, type TrainingState } from './state.js';
export { keyNames, noiseKeys, streams } from './streams.js';
export { trainingProgram } from './trainingProgram.js';
