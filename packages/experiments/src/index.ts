export * from './experiment.js';
export * from './findings.js';
export * from './imageData.js';
export * from './json.js';
export { speed } from './speed/speed.js';
export { variance } from './variance/variance.js';
