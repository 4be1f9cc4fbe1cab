import { VardropError } from './errors.js';

/** Throws `VARDROP_OPTION` unless `signal` is an AbortSignal or undefined. Its controller is a common mistake. */
export function checkSignal(who: string, signal: AbortSignal | undefined): void {
  if (signal === undefined || typeof signal?.throwIfAborted === 'function') return;
  throw new VardropError(
    'VARDROP_OPTION',
    `[${who}] signal: got ${Object.prototype.toString.call(signal).slice(8, -1)}, needs an AbortSignal. Pass the signal of an AbortController.`,
  );
}
