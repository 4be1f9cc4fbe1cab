import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';

/** Throws `VARDROP_OPTIMIZER` unless `value` is a number that `fits`. */
function checkOption(
  optimizer: string,
  name: string,
  value: number,
  fits: (value: number) => boolean,
  needs: string,
): void {
  if (typeof value === 'number' && fits(value)) return;
  throw new VardropError('VARDROP_OPTIMIZER', `[${optimizer}] ${name}: got ${formatValue(value)}, needs ${needs}.`);
}

/** Throws `VARDROP_OPTIMIZER` unless `value` is positive and finite. */
export function checkPositive(optimizer: string, name: string, value: number): void {
  checkOption(optimizer, name, value, (given) => given > 0 && Number.isFinite(given), 'a positive number');
}

/** Throws `VARDROP_OPTIMIZER` unless `value` is finite and not negative. */
export function checkWeightDecay(optimizer: string, value: number): void {
  const fits = (given: number) => given >= 0 && Number.isFinite(given);
  checkOption(optimizer, 'weightDecay', value, fits, 'a number that is not negative');
}

/** Throws `VARDROP_OPTIMIZER` unless `value` is in [0, 1). */
export function checkDecay(optimizer: string, name: string, value: number): void {
  checkOption(optimizer, name, value, (given) => given >= 0 && given < 1, 'a number in [0, 1)');
}
