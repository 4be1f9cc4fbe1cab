import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { Schedule } from './schedule.js';

/** The same factor throughout. Throws `VARDROP_SCHEDULE` unless it is a finite number that is not negative. */
export function constantSchedule(value = 1): Schedule {
  if (!(Number.isFinite(value) && value >= 0)) {
    throw new VardropError(
      'VARDROP_SCHEDULE',
      `[constantSchedule] value: got ${formatValue(value)}, needs a finite number that is not negative.`,
    );
  }
  return () => value;
}
