import { VardropError } from '../errors.js';

/** Throws VardropError `VARDROP_INVALID_SIZE` unless `size` is an integer from 0 to 2^32 - 1. */
export function checkSize(who: string, size: number): void {
  if (!Number.isInteger(size) || size < 0 || size > 0xffffffff) {
    throw new VardropError(
      'VARDROP_INVALID_SIZE',
      `[random] ${who}: got size ${String(size)}, needs an integer from 0 to 2^32 - 1. ` +
        'Pass the number of elements, the product of the axes of a shape.',
    );
  }
}
