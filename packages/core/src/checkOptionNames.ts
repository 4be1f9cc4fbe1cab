import { VardropError } from './errors.js';

/**
 * Throws `VARDROP_OPTION` unless `options` is an object without other names than `known`: JavaScript would pass over a
 * misspelled option, or one of another library, in silence. `instead` says what to write for names of the latter.
 */
export function checkOptionNames<Options extends object>(
  who: string,
  options: Options,
  known: Readonly<Record<keyof Options & string, true>>,
  instead: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(known);
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const got = typeof given === 'function' ? 'a function' : (JSON.stringify(given) ?? 'nothing');
    const remedy = typeof given === 'number' ? ` Write { ${names[0]}: ${got} }.` : '';
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] options: got ${got}, needs an object with ${names.join(', ')}.${remedy}`,
    );
  }
  const unknown = Object.entries(given).find(([name, value]) => value !== undefined && !names.includes(name));
  if (unknown === undefined) return;
  const [name, value] = unknown;
  const remedy = Object.hasOwn(instead, name) ? ` ${instead[name].replaceAll('…', String(value))}` : '';
  throw new VardropError(
    'VARDROP_OPTION',
    `[${who}] options: got '${name}', needs names among ${names.join(', ')}.${remedy}`,
  );
}
