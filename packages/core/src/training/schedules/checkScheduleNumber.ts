import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';

/** Throws `VARDROP_SCHEDULE` unless `value` is a finite number that `fits`. */
export function checkScheduleNumber(
  what: string,
  value: number,
  needs: string,
  fits: (value: number) => boolean,
): void {
  if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return;
  throw new VardropError('VARDROP_SCHEDULE', `${what}: got ${formatValue(value)}, needs ${needs}.`);
}

/** Throws `VARDROP_SCHEDULE` unless `value` is a positive number. */
export function checkPositive(what: string, value: number): void {
  checkScheduleNumber(what, value, 'a positive number', (given) => given > 0);
}

/** Throws `VARDROP_SCHEDULE` unless `value` is a number that is not negative. */
export function checkFactor(what: string, value: number): void {
  checkScheduleNumber(what, value, 'a number that is not negative', (given) => given >= 0);
}
