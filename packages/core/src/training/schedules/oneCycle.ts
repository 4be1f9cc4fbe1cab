import { checkOptionNames } from '../../checkOptionNames.js';
import { checkFactor, checkPositive, checkScheduleNumber } from './checkScheduleNumber.js';
import { halfCosine } from './cosineDecay.js';
import type { Schedule } from './schedule.js';

/** Options of `oneCycle`. */
export interface OneCycleOptions {
  /** The share of the epochs in which the factor rises, between 0 and 1. Default: 0.3. */
  readonly rise?: number;
  /** The first factor. Default: 1/25. */
  readonly start?: number;
  /** The last factor. Default: 1/250,000. */
  readonly final?: number;
}

/**
 * Rises from `start` to 1 and falls to `final` over `epochs` epochs, both along a cosine, then level (Smith & Topin 2018). The
 * rate of the optimizer is the largest. Throws `VARDROP_SCHEDULE` for numbers outside their ranges, `VARDROP_OPTION` for unknown
 * options.
 */
export function oneCycle(epochs: number, options: OneCycleOptions = {}): Schedule {
  const elsewhere = { pctStart: 'Write rise.', divFactor: 'Write start: 1 / 25.', finalDivFactor: 'Write final.' };
  checkOptionNames('oneCycle', options, { rise: true, start: true, final: true }, elsewhere);
  const { rise = 0.3, start = 1 / 25, final = 1 / 250_000 } = options;
  checkPositive('[oneCycle] epochs', epochs);
  checkScheduleNumber('[oneCycle] rise', rise, 'a number between 0 and 1', (given) => given > 0 && given < 1);
  checkFactor('[oneCycle] start', start);
  checkFactor('[oneCycle] final', final);
  const top = rise * epochs;
  return ({ epoch }) =>
    epoch < top
      ? 1 + (start - 1) * halfCosine(epoch / top)
      : final + (1 - final) * halfCosine((epoch - top) / (epochs - top));
}
