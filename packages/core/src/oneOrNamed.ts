import { namedArrays } from './namedArrays.js';

/** Of a model with one input or output the thing itself, else one for each by its name. */
export type OneOrNamed<T> = T | Readonly<Record<string, T>>;

/**
 * The arrays for `names`, each still to be checked: the array itself where there is one name, or an object of arrays by name.
 * Throws what `namedArrays` throws where there are several names.
 */
export function arraysOf(what: string, given: unknown, names: readonly string[], of: string): readonly unknown[] {
  return names.length === 1 && !isOnlyNamed(given, names[0]) ? [given] : namedArrays(what, given, names, of);
}

/** Whether it is an object with this property alone. The keys of an array are not asked for: a text for each number takes seconds. */
function isOnlyNamed(given: unknown, name: string): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) return false;
  return Object.hasOwn(given, name) && Object.keys(given).length === 1;
}
