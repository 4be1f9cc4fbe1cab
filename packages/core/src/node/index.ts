/** Functions that read and write files, in Node. */
export { loadCheckpoint } from './loadCheckpoint.js';
export { replaceFile } from './replaceFile.js';
export { saveCheckpoint } from './saveCheckpoint.js';
