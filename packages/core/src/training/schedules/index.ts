export { constantSchedule } from './constantSchedule.js';
export { cosineDecay } from './cosineDecay.js';
export { exponentialDecay } from './exponentialDecay.js';
export { joinSchedules } from './joinSchedules.js';
export { type OneCycleOptions, oneCycle } from './oneCycle.js';
export { piecewiseLinear } from './piecewiseLinear.js';
export type { Schedule } from './schedule.js';
export { stepDecay } from './stepDecay.js';
export { warmUp } from './warmUp.js';
