import { VardropError } from '../errors.js';

/** Throws VardropError `VARDROP_INVALID_OFFSET` unless `offset` to `offset + length - 1` are indices into a stream. */
export function checkOffset(who: string, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > 2 ** 53 - length) {
    throw new VardropError(
      'VARDROP_INVALID_OFFSET',
      `[random] ${who}: got offset ${String(offset)} for ${length} numbers, needs an integer from 0 to 2^53 - ${length}. ` +
        'Fold the high part of the offset into the key with foldIn.',
    );
  }
}
