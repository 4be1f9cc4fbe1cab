import { checkOptionNames } from './checkOptionNames.js';

/** The options of a function without options: undefined or an empty object. */
export type NoOptions = Readonly<Record<string, never>>;

/** Throws `VARDROP_OPTION` for any option of a function that has none. */
export function checkNoOptions(who: string, options: NoOptions): void {
  checkOptionNames(who, options, {});
}
