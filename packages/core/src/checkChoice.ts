import { VardropError } from './errors.js';

/** Throws `code` unless `value` is one of `choices`: for callers without a compiler to tell them. */
export function checkChoice(
  code: string,
  what: string,
  value: unknown,
  choices: readonly string[],
  remedy?: string,
): void {
  if (choices.some((choice) => choice === value)) return;
  const got = typeof value === 'string' ? `'${value}'` : String(value);
  const sentence = remedy === undefined ? '' : ` ${remedy}`;
  throw new VardropError(code, `${what}: got ${got}, needs one of ${choices.join(', ')}.${sentence}`);
}
