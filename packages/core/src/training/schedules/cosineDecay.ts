import { checkOptionNames } from '../../checkOptionNames.js';
import { checkFactor, checkPositive } from './checkScheduleNumber.js';
import type { Schedule } from './schedule.js';

/**
 * Half a period of a cosine, from 1 to `final` (default 0) over the first `epochs` epochs, then level (Loshchilov & Hutter 2017,
 * eq. 5, without restarts). Throws `VARDROP_SCHEDULE` unless `epochs` is positive and `final` not negative, `VARDROP_OPTION` for
 * unknown options.
 */
export function cosineDecay(epochs: number, options: { readonly final?: number } = {}): Schedule {
  checkOptionNames('cosineDecay', options, { final: true }, { alpha: 'Write final.' });
  const { final = 0 } = options;
  checkPositive('[cosineDecay] epochs', epochs);
  checkFactor('[cosineDecay] final', final);
  return ({ epoch }) => final + (1 - final) * halfCosine(epoch / epochs);
}

/** From 1 to 0 as `progress` goes from 0 to 1, level after that. */
export function halfCosine(progress: number): number {
  return (1 + Math.cos(Math.PI * Math.min(progress, 1))) / 2;
}
