import { VardropError } from '@vardrop/core';

/** Turns the text of one option into its value, or throws. */
export type ReadValue<T> = (text: string) => T;

/** An option's name as typed, `--epochs`, with the command that takes it: `[vardrop train] --epochs`. */
type OptionName = string;

/** Prefixes an option with its command, as errors name it. */
export function optionOf(command: string, option: string): OptionName {
  return `[vardrop ${command}] ${option}`;
}

/** The option as typed, without its command, for examples. */
const typed = (option: OptionName) => option.replace(/^\[.*?\] /, '');

/** @returns an error about the value of one option, `[vardrop train] --epochs: got "x", needs …. Remedy.` */
export function invalidValue(
  code: string,
  option: OptionName,
  text: string,
  needs: string,
  remedy: string,
): VardropError {
  return new VardropError(code, `${option}: got "${text}", needs ${needs}. ${remedy}.`);
}

/**
 * @param option as `optionOf` names it.
 * @param code the code of the error about an unknown name.
 * @param others what is taken besides the names, by whoever calls the reader: a phrase for the error.
 * @returns a reader that takes exactly the given names; its error (`code`) lists them and suggests the nearest.
 */
export function oneOf<const Name extends string>(
  option: OptionName,
  names: readonly Name[],
  code: string,
  others?: string,
): ReadValue<Name> {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    const nearest = nearestName(text, names);
    const remedy = nearest === undefined ? `Choose one of them` : `Did you mean ${nearest}?`;
    const needs = [`one of ${names.join(', ')}`, ...(others === undefined ? [] : [others])].join(', ');
    const message = `${option}: got "${text}", needs ${needs}. ${remedy}`;
    throw new VardropError(code, nearest === undefined ? `${message}.` : message);
  };
}

/** @returns a reader of whole numbers from `minimum` to `maximum`, both included (`VARDROP_INVALID_OPTION`). */
export function wholeNumber(option: OptionName, minimum: number, maximum: number, example: number): ReadValue<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw invalidValue(
      'VARDROP_INVALID_OPTION',
      option,
      text,
      `a whole number from ${minimum} to ${maximum}`,
      `Write for instance ${typed(option)} ${example}`,
    );
  };
}

/** @returns a reader of decimal numbers that `accepts` (`VARDROP_INVALID_OPTION`); `needs` describes them. */
export function decimal(
  option: OptionName,
  accepts: (value: number) => boolean,
  needs: string,
  example: number,
): ReadValue<number> {
  return (text) => {
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && accepts(value)) return value;
    throw invalidValue('VARDROP_INVALID_OPTION', option, text, needs, `Write for instance ${typed(option)} ${example}`);
  };
}

/** @returns a reader of names of columns, separated by commas, each once (`VARDROP_INVALID_OPTION`). */
export function columnNames(option: OptionName): ReadValue<readonly string[]> {
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    if (names.every((name) => name !== '') && new Set(names).size === names.length) return names;
    throw invalidValue(
      'VARDROP_INVALID_OPTION',
      option,
      text,
      'names of columns separated by commas, each once',
      `Write for instance ${typed(option)} price`,
    );
  };
}

/** @returns a reader of file and directory names that are not blank (`VARDROP_INVALID_OPTION`). */
export function pathName(option: OptionName, what: string): ReadValue<string> {
  return (text) => {
    if (text.trim() !== '' && !text.includes('\0')) return text;
    throw invalidValue(
      'VARDROP_INVALID_OPTION',
      option,
      text,
      `the path of ${what}`,
      'Name one or leave the option out',
    );
  };
}

/** The name that differs from `text` by the fewest edits, if that is few enough to be a slip of the keyboard. */
function nearestName<Name extends string>(text: string, names: readonly Name[]): Name | undefined {
  const scored = names
    .map((name) => ({ name, distance: editDistance(text.toLowerCase(), name) }))
    .sort((left, right) => left.distance - right.distance);
  const best = scored[0];
  return best !== undefined && best.distance <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** Levenshtein distance: insertions, deletions and substitutions. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substituted = previous[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(substituted, previous[column] + 1, current[column - 1] + 1));
    }
    previous = current;
  }
  return previous[to.length];
}
