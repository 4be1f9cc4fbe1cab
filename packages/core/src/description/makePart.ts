import { checkFunction } from '../checkFunction.js';
import { checkOptionNames } from '../checkOptionNames.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { DescribedValue, PartDescription } from './description.js';
import { type PartFunction, parts } from './parts.js';

/** The functions of parts of one's own, by name. They go before those of core. */
export type OwnParts = Readonly<Record<string, PartFunction>>;

/** Options of `modelFrom`. */
export interface ModelFromOptions {
  /**
   * Functions of parts of one's own by the names in their recipes: `{ myNoise: (options) => … }`. They go before those of this
   * library.
   */
  readonly parts?: OwnParts;
}

/** The functions in the options of `who`. Throws `VARDROP_OPTION` for unknown options, and for `parts` that are no functions. */
export function ownParts(who: string, options: ModelFromOptions): OwnParts {
  checkOptionNames(who, options, { parts: true });
  const { parts: own } = options;
  if (own === undefined) return {};
  if (typeof own !== 'object' || own === null) {
    throw new VardropError(
      'VARDROP_OPTION',
      `[${who}] parts: got ${formatValue(own)}, needs functions by name. Write { parts: { myNoise: (options) => … } }.`,
    );
  }
  for (const [name, make] of Object.entries(own)) checkFunction(`[${who}] parts.${name}`, make);
  return own;
}

/**
 * Makes a part that `checkDescription` has checked. `place` names it in messages. Throws `VARDROP_DESCRIPTION` for an unknown part,
 * and for options that its function refuses.
 */
export function makePart(place: string, { part, options }: PartDescription, own: OwnParts): unknown {
  const make = [own, parts].find((table) => Object.hasOwn(table, part))?.[part] as
    | ((options: object) => unknown)
    | undefined;
  if (make === undefined) {
    throw new VardropError(
      'VARDROP_DESCRIPTION',
      `[modelFrom] ${place}: got the part ${formatValue(part)}, needs one of this library or of parts. Hand its function in: modelFrom(description, { parts: { … } }).`,
    );
  }
  const made = makeOptions(`${place}.options`, options, own);
  return within(place, () => make(made));
}

/** What `act` returns. Adds the place to what it refuses. */
export function within<Result>(place: string, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof VardropError)) throw cause;
    throw new VardropError('VARDROP_DESCRIPTION', `[modelFrom] ${place}: ${cause.message}`, { cause });
  }
}

function makeOptions(place: string, options: PartDescription['options'], own: OwnParts): object {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, makeValue(`${place}.${name}`, value, own)]),
  );
}

function makeValue(place: string, value: DescribedValue, own: OwnParts): unknown {
  if (Array.isArray(value)) return value.map((each: DescribedValue, i) => makeValue(`${place}[${i}]`, each, own));
  if (typeof value !== 'object' || value === null) return value;
  const members = value as PartDescription['options'];
  if (!Object.hasOwn(members, 'part')) return makeOptions(place, members, own);
  return makePart(place, asPart(place, members), own);
}

/** An option with the property `part` is a part, and nothing else. */
function asPart(place: string, members: PartDescription['options']): PartDescription {
  const { part, options, ...others } = members;
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (typeof part === 'string' && isObject && Object.keys(others).length === 0)
    return { part, options: options as PartDescription['options'] };
  throw new VardropError(
    'VARDROP_DESCRIPTION',
    `[modelFrom] ${place}: got ${formatValue(members)}, needs part, the name of a function, and options, an object. Describe the model again.`,
  );
}
