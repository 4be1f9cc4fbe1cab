/**
 * An error that Vardrop raises on purpose. `code` is stable and may be relied on; the message reads
 * `[who] what: got …, needs …. Remedy.`
 */
export class VardropError extends Error {
  /** Stable identifier such as `VARDROP_UNKNOWN_BACKEND`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'VardropError';
    this.code = code;
  }
}
