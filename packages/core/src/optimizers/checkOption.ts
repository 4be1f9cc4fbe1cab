import { VardropError } from '../errors.js';

/** Throws `VARDROP_OPTIMIZER` unless `fits`. */
export function checkOption(optimizer: string, name: string, value: number, fits: boolean, needs: string): void {
  if (!fits) throw new VardropError('VARDROP_OPTIMIZER', `[${optimizer}] ${name}: got ${value}, needs ${needs}.`);
}
