import { VardropError } from '@vardrop/core';

/** The error of a backend that cannot do its work any more because `what` is lost. */
export function lostError(device: string, who: string, what: string): VardropError {
  return new VardropError(
    'VARDROP_DEVICE_LOST',
    `[tfjs:${device}] ${who}: got ${what}, needs a live one. Close the backend, create another, and go on from the last checkpoint.`,
  );
}
