import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import { mostDepth } from './description.js';

/** A value of a description and where it is there. Its methods throw the code of its root where the value is another than they say. */
export interface Place {
  readonly value: unknown;
  /** A member of an object, which may be missing. */
  member(name: string): Place;
  /** The values of a list. */
  list(): readonly Place[];
  /** The values of an object with at least one. */
  entries(): readonly Place[];
  /** An object with these members and no others but the optional ones. */
  members(required: readonly string[], optional?: readonly string[]): void;
  /** A text that is not in `names`; it is added to them. */
  newName(names: Set<string>): void;
  /** A text that is in `names`. */
  knownName(names: ReadonlySet<string>, needs: string): string;
  /** A positive whole number. */
  positive(): void;
  /** An object with `part`, a text, and `options`, an object of what JSON holds. */
  part(): void;
  refuse(needs: string): never;
}

/** What a value from anywhere is, and what is thrown where it is another. */
export interface PlaceRoot {
  readonly name: string;
  readonly code: string;
  readonly remedy: string;
}

const descriptionRoot: PlaceRoot = {
  name: 'description',
  code: 'VARDROP_DESCRIPTION',
  remedy: 'Describe the model again.',
};

/** A place of a value that may come from anywhere. `who` begins messages. */
export function placeOf(who: string, where: string, value: unknown, root = descriptionRoot): Place {
  const at = (name: string, member: unknown) => placeOf(who, name, member, root);
  const refuse = (needs: string): never => {
    throw new VardropError(root.code, `[${who}] ${where}: got ${formatValue(value)}, needs ${needs}. ${root.remedy}`);
  };
  const record = () => (isRecord(value) ? value : refuse('an object'));
  const inside = (name: string) => (where === root.name ? name : `${where}.${name}`);
  const member = (name: string) => at(inside(name), Object.hasOwn(record(), name) ? record()[name] : undefined);
  return {
    value,
    member,
    refuse,
    list: () => (Array.isArray(value) ? value.map((each, i) => at(`${where}[${i}]`, each)) : refuse('a list')),
    entries() {
      const names = Object.keys(record());
      return names.length > 0 ? names.map(member) : refuse('at least one');
    },
    members(required, optional = []) {
      const missing = required.find((name) => !Object.hasOwn(record(), name));
      if (missing !== undefined) refuse(`'${missing}' in it`);
      const other = Object.keys(record()).find((name) => ![...required, ...optional].includes(name));
      if (other !== undefined) at(inside(other), record()[other]).refuse('no such member');
    },
    newName(names) {
      if (typeof value !== 'string' || names.has(value)) return refuse('a name that nothing before has');
      names.add(value);
    },
    knownName: (names, needs) => (typeof value === 'string' && names.has(value) ? value : refuse(needs)),
    positive() {
      if (!(Number.isSafeInteger(value) && (value as number) > 0)) refuse('a positive whole number');
    },
    part() {
      if (typeof member('part').value !== 'string') member('part').refuse('the name of a function');
      const options = member('options');
      if (!isRecord(options.value) || !isJson(options.value)) {
        options.refuse(
          `an object of text, finite numbers, true, false, null, lists and objects, at most ${mostDepth} deep`,
        );
      }
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isJson(value: unknown, depth = 0): boolean {
  if (depth > mostDepth) return false;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'object' && value !== null)
    return Object.values(value).every((member) => isJson(member, depth + 1));
  return value === null || typeof value === 'string' || typeof value === 'boolean';
}
