import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Settings } from './rule.js';

/** A setting that is a whole number from `least` on. Throws `VARDROP_POSTERIOR`. */
export function checkSetting(kind: string, settings: Settings, name: string, least: number): number {
  const value: unknown = settings?.[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new VardropError(
    'VARDROP_POSTERIOR',
    `[posterior] ${kind}.${name}: got ${formatValue(value)}, needs a whole number from ${least} on. Make the posterior anew.`,
  );
}
