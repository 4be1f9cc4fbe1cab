/** A value as error messages show it: strings in quotes, so that '1' is not taken for 1. */
export function formatValue(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
