/**
 * The one error type that Vardrop throws on purpose.
 *
 * `message` reads `[who] what: got …, needs …. Remedy.`; `code` is stable across releases, so that callers can
 * branch on it.
 */
export class VardropError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'VardropError';
    this.code = code;
  }
}
