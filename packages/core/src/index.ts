export * from './backend.js';
export { VardropError } from './errors.js';
export * from './program/index.js';
