import { VardropError } from './errors.js';

/** Throws `VARDROP_OPTION` for a signal that is none, such as its controller. */
export function checkSignal(who: string, signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.throwIfAborted === 'function') return;
  throw new VardropError(
    'VARDROP_OPTION',
    `[${who}] signal: got ${Object.prototype.toString.call(signal).slice(8, -1)}, needs an AbortSignal. Pass the signal of an AbortController.`,
  );
}
