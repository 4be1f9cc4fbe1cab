import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';

/**
 * The arrays for `names` of an object of arrays by name, in the order of `names`, each still to be checked. Throws `VARDROP_TYPE`
 * for anything but such an object, and `VARDROP_INPUT` if a name is missing or unknown. `of` says what the names are of, such as
 * `inputs`.
 */
export function namedArrays(what: string, given: unknown, names: readonly string[], of: string): readonly unknown[] {
  const needs = `${names.length === 1 ? `an array for the only one of the ${of},` : `an array for each of the ${of}`} ${names.join(', ')}. Write { ${names.map((name) => `${name}: array`).join(', ')} }.`;
  if (!isObject(given)) {
    throw new VardropError('VARDROP_TYPE', `${what}: got ${formatValue(given)}, needs ${needs}`);
  }
  const own = Object.keys(given);
  const unknown = own.find((name) => !names.includes(name));
  const missing = names.find((name) => !own.includes(name));
  if (unknown === undefined && missing === undefined) return names.map((name) => given[name]);
  const got = unknown === undefined ? `none for '${missing}'` : `one for '${unknown}'`;
  throw new VardropError('VARDROP_INPUT', `${what}: got ${got}, needs ${needs}`);
}

function isObject(given: unknown): given is Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) return false;
  // An object of another kind that holds numbers, such as a tensor, or what JSON makes of a Float32Array.
  return !('0' in given) && !(given instanceof Promise);
}
