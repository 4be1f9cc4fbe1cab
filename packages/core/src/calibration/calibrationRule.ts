import type { ConformalRule } from './conformalRule.js';
import type { IsotonicRule } from './isotonicRule.js';
import type { SelectiveRule } from './selectiveRule.js';

/** What is done with finished predictions, on the host, as plain data. */
export type CalibrationRule = IsotonicRule | ConformalRule | SelectiveRule;

/** The kinds of rules in the order in which they apply: sets and uncertainties are those of calibrated probabilities. */
export const calibrationKinds = [
  'isotonic',
  'conformal',
  'selective',
] as const satisfies readonly CalibrationRule['kind'][];
