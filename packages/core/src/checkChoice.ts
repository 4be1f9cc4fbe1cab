import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/** Throws `code` unless `value` is one of `choices`. In TypeScript the compiler checks this; in JavaScript nothing does. */
export function checkChoice(
  code: string,
  what: string,
  value: unknown,
  choices: readonly string[],
  remedy?: string,
): void {
  if (choices.some((choice) => choice === value)) return;
  const sentence = remedy === undefined ? '' : ` ${remedy}`;
  throw new VardropError(code, `${what}: got ${formatValue(value)}, needs one of ${choices.join(', ')}.${sentence}`);
}
