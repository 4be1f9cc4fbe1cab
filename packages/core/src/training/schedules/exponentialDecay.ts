import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { Schedule } from './schedule.js';

/**
 * Multiplies by `factor` over every `epochs` epochs, in equal steps. Throws `VARDROP_SCHEDULE` unless both are positive
 * numbers.
 */
export function exponentialDecay(factor: number, epochs = 1): Schedule {
  if (![factor, epochs].every((value) => value > 0 && Number.isFinite(value))) {
    throw new VardropError(
      'VARDROP_SCHEDULE',
      `[exponentialDecay] factor, epochs: got ${formatValue(factor)}, ${formatValue(epochs)}, needs positive numbers.`,
    );
  }
  return ({ epoch }) => factor ** (epoch / epochs);
}
