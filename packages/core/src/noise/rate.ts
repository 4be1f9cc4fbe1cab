import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';

/** α = p / (1 − p): the variance (not the deviation) of the Gaussian factor that matches dropout with rate p. */
export function alphaOfRate(rate: number): number {
  return rate / (1 - rate);
}

/** Throws `VARDROP_RATE` unless 0 ≤ rate < 1, or 0 ≤ rate ≤ `largest` if that is given. */
export function checkRate(who: string, rate: number, largest?: number): void {
  const fits = typeof rate === 'number' && rate >= 0 && rate < 1 && (largest === undefined || rate <= largest);
  if (fits) return;
  const needs = largest === undefined ? 'a number in [0, 1)' : `a number in [0, ${largest}]`;
  const remedy =
    largest === undefined
      ? 'Use the probability of dropping a unit.'
      : 'Variational dropout keeps α = p/(1 − p) ≤ 1; for larger α use sparseVariational.';
  throw new VardropError('VARDROP_RATE', `[${who}] rate: got ${formatValue(rate)}, needs ${needs}. ${remedy}`);
}
