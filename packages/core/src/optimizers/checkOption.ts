import { VardropError } from '../errors.js';

/** Throws `VARDROP_OPTIMIZER` unless `fits`. */
export function checkOption(optimizer: string, name: string, value: number, fits: boolean, needs: string): void {
  if (!fits) throw new VardropError('VARDROP_OPTIMIZER', `[${optimizer}] ${name}: got ${value}, needs ${needs}.`);
}

/** Throws `VARDROP_OPTIMIZER` unless `value` is positive and finite. */
export function checkPositive(optimizer: string, name: string, value: number): void {
  checkOption(optimizer, name, value, value > 0 && value < Number.POSITIVE_INFINITY, 'a positive number');
}
