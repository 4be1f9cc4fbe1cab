/** Functions that read and write files, in Node. */

export { replaceFile } from '../files/replaceFile.js';
export { loadCheckpoint } from './loadCheckpoint.js';
export { loadNetwork } from './loadNetwork.js';
export { saveCheckpoint } from './saveCheckpoint.js';
export { saveNetwork } from './saveNetwork.js';
