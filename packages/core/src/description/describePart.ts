import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Recipe } from '../recipe.js';
import { type DescribedValue, mostDepth, type PartDescription } from './description.js';

/**
 * A part by its recipe. `place` names it in messages. Throws `VARDROP_DESCRIPTION` for parts without a recipe, and for options
 * that JSON cannot hold.
 */
export function describePart(place: string, part: object, depth = 0): PartDescription {
  const recipe = 'recipe' in part ? (part.recipe as Partial<Recipe> | undefined) : undefined;
  if (typeof recipe?.part !== 'string' || typeof recipe.options !== 'object' || recipe.options === null) {
    return refuse(
      place,
      `${nameOf(part)} without a recipe`,
      'one for each part',
      'Give it recipe: { part, options }, and hand modelFrom the function of that name in parts.',
    );
  }
  return { part: recipe.part, options: describeOptions(`${place}.options`, recipe.options, depth + 1) };
}

function describeOptions(place: string, options: object, depth: number): Readonly<Record<string, DescribedValue>> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, describeValue(`${place}.${name}`, value, depth)]));
}

function describeValue(place: string, value: unknown, depth: number): DescribedValue {
  if (depth > mostDepth)
    refuse(place, `values more than ${mostDepth} deep`, 'fewer', 'Is there a circle? Leave out what holds itself.');
  // JSON has no −0.
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((entry, i) => describeValue(`${place}[${i}]`, entry, depth + 1));
  const isObject = typeof value === 'object' || typeof value === 'function';
  if (isObject && isPart(value)) return describePart(place, value, depth);
  if (isObject && isPlain(value)) {
    if (Object.hasOwn(value, 'part'))
      refuse(place, "an option with the property 'part'", 'another name, since parts have it', 'Rename it.');
    return describeOptions(place, value, depth + 1);
  }
  return refuse(
    place,
    formatValue(value),
    'text, finite numbers, true, false, null, parts, and lists and objects of them',
    ArrayBuffer.isView(value) ? 'Write [...values].' : 'Write it in these.',
  );
}

/** Parts have methods; options have none. */
function isPart(value: object): boolean {
  return 'recipe' in value || Object.values(value).some((member) => typeof member === 'function');
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function nameOf(part: object): string {
  const { name, kind } = part as Readonly<Record<string, unknown>>;
  const own = [name, kind].find((each) => typeof each === 'string');
  return own === undefined ? formatValue(part) : `'${own}'`;
}

function refuse(place: string, got: string, needs: string, remedy: string): never {
  throw new VardropError('VARDROP_DESCRIPTION', `[describeModel] ${place}: got ${got}, needs ${needs}. ${remedy}`);
}
