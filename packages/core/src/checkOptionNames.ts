import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/**
 * Throws `VARDROP_OPTION` for unknown options, and if `options` is not an object. JavaScript would ignore a misspelled option
 * silently. `instead` says what to write in place of the names that other libraries use.
 */
export function checkOptionNames<Options extends object>(
  who: string,
  options: Options,
  known: Readonly<Record<keyof Options & string, true>>,
  instead: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(known);
  const needs = names.length === 0 ? 'none: it has no options' : `names among ${names.join(', ')}`;
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const remedy = typeof given === 'number' && names.length > 0 ? ` Write { ${names[0]}: ${given} }.` : '';
    const object = names.length === 0 ? 'none' : `an object with ${names.join(', ')}`;
    throw new VardropError('VARDROP_OPTION', `[${who}] options: got ${formatValue(given)}, needs ${object}.${remedy}`);
  }
  const unknown = Object.entries(given).find(([name, value]) => value !== undefined && !names.includes(name));
  if (unknown === undefined) return;
  const [name, value] = unknown;
  const remedy = Object.hasOwn(instead, name) ? ` ${instead[name].replaceAll('…', formatValue(value))}` : '';
  throw new VardropError('VARDROP_OPTION', `[${who}] options: got '${name}', needs ${needs}.${remedy}`);
}
