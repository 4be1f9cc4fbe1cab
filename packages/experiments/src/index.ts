export * from './experiment.js';
export * from './findings.js';
export * from './imageData.js';
export * from './json.js';
export { type SpeedOptions, speed, speedExperiment } from './speed/speed.js';
export { variance, varianceExperiment } from './variance/variance.js';
export type { VarianceOptions } from './variance/varianceOptions.js';
