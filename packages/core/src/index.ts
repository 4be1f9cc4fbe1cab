export { VardropError } from './errors.js';
