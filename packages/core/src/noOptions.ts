import { checkOptionNames } from './checkOptionNames.js';

/** What a function takes that has no options: nothing, or an object with nothing in it. */
export type NoOptions = Readonly<Record<string, never>>;

/** Throws `VARDROP_OPTION` for any option of a function that has none. */
export function checkNoOptions(who: string, options: NoOptions): void {
  checkOptionNames(who, options, {});
}
