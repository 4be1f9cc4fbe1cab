/** What an option is: of the values in `samples`, those of its own kind are taken, all others are refused (`any`: none is tried). */
export type Kind = 'number' | 'string' | 'boolean' | 'function' | 'null' | 'other' | 'any';

/** A function with options: how to call it with some, and what each of them is. */
export interface Entry {
  readonly call: (options: never) => unknown;
  /** Every option that there is; `other` for those that none of the samples can be. */
  readonly options: Readonly<Record<string, Kind | readonly Kind[]>>;
}

/** One value of each kind, and some that no option takes. */
export const samples: readonly (readonly [Kind | 'none', unknown])[] = [
  ['string', '0.5'],
  ['null', null],
  ['none', 1n],
  ['none', Symbol('one')],
  ['none', [[]]],
  ['none', { nothing: 1 }],
  ['boolean', true],
  ['function', () => 0.5],
  ['string', 'no such name'],
  ['number', 0.5],
];
