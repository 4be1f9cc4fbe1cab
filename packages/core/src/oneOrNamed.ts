import { namedArrays } from './namedArrays.js';

/** Of a model with one input or output the thing itself, else one for each by its name. */
export type OneOrNamed<T> = T | Readonly<Record<string, T>>;

/**
 * The arrays for `names`, each still to be checked: the array itself where there is one name, or an object of arrays by name.
 * Throws what `namedArrays` throws where there are several names.
 */
export function arraysOf(what: string, given: unknown, names: readonly string[], of: string): readonly unknown[] {
  const isNamed = typeof given === 'object' && given !== null && Object.keys(given).join() === names[0];
  return names.length === 1 && !isNamed ? [given] : namedArrays(what, given, names, of);
}
