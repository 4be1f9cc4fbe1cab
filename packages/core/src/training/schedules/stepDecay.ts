import { checkPositive } from './checkScheduleNumber.js';
import type { Schedule } from './schedule.js';

/** Multiplies by `factor` after every `epochs` epochs, at once. Throws `VARDROP_SCHEDULE` unless both are positive numbers. */
export function stepDecay(factor: number, epochs: number): Schedule {
  checkPositive('[stepDecay] factor', factor);
  checkPositive('[stepDecay] epochs', epochs);
  return ({ epoch }) => factor ** Math.floor(epoch / epochs);
}
