import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Builder, Value } from '../program/builder.js';

/** Divides outputs by a temperature. Throws `VARDROP_LIKELIHOOD` unless it is a positive number. */
export function temperedLogits(who: string, temperature = 1): (b: Builder, output: Value) => Value {
  if (!(typeof temperature === 'number' && temperature > 0 && Number.isFinite(temperature))) {
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[${who}] temperature: got ${formatValue(temperature)}, needs a positive number. 1 changes nothing.`,
    );
  }
  return (b, output) => (temperature === 1 ? output : b.mul(1 / temperature, output));
}
