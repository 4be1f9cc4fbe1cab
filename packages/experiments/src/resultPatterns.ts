import type { Json } from './json.js';

/** Whether a JSON value is valid at its place in a result. */
export type Pattern = (value: Json | undefined) => boolean;

/** A finite number from `least` to `most`, both included. */
export function number(least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): Pattern {
  return (value) => typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
}

/** A non-negative integer. */
export const count: Pattern = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

/** This text or number. */
export function exactly(expected: string | number): Pattern {
  return (value) => value === expected;
}

/** A list of `length` entries (default: any number) that all match. */
export function list(entry: Pattern, length?: number): Pattern {
  return (value) =>
    Array.isArray(value) && (length === undefined || value.length === length) && value.every((each) => entry(each));
}

/** An object with at least these members. */
export function record(members: Readonly<Record<string, Pattern>>): Pattern {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const given = value as Readonly<Record<string, Json>>;
    return Object.entries(members).every(([name, member]) =>
      member(Object.hasOwn(given, name) ? given[name] : undefined),
    );
  };
}
