import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import { piecewiseLinear } from './piecewiseLinear.js';
import type { Schedule } from './schedule.js';

/** Rises from 0 to 1 over the first `epochs` epochs: KL warm-up. Throws `VARDROP_SCHEDULE` unless they are positive. */
export function warmUp(epochs: number): Schedule {
  if (!(epochs > 0 && Number.isFinite(epochs))) {
    throw new VardropError(
      'VARDROP_SCHEDULE',
      `[warmUp] epochs: got ${formatValue(epochs)}, needs a positive number. Leave the schedule out for the full weight at once.`,
    );
  }
  return piecewiseLinear([0, 0], [epochs, 1]);
}
