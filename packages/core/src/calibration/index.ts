export { applyConformal, unitsOf } from './applyConformal.js';
export { classScores } from './classScores.js';
export { conformalLimit } from './conformalLimit.js';
export type { ConformalRule, ConformalScore } from './conformalRule.js';
export { readConformalRule } from './readConformalRule.js';
