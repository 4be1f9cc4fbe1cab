export * from './bench/index.js';
export * from './experiment.js';
export * from './findings.js';
export * from './imageData.js';
export * from './json.js';
