import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';
import type { Initializer, ParameterSpecification } from './noise/noiseModel.js';
import { elementCount } from './program/shapes.js';

/** For each kind of initializer: the name of its number or numbers, and whether they may be negative. */
const numbers: Readonly<Record<Initializer['kind'], readonly [name: string, signed: boolean] | undefined>> = {
  constant: ['value', true],
  normal: ['deviation', false],
  uniform: ['limit', false],
  runs: ['values', true],
  orthogonal: undefined,
};

/**
 * Checks the parameters that a layer, its noise or a likelihood lists; these may be user-defined. Throws `code` if they are not
 * a list, for names that are empty, repeated or not strings, for shapes that are not positive integers, and for unknown owners
 * and initializers. `who` names the owner in the message.
 */
export function checkParameters(
  code: string,
  who: string,
  specifications: readonly ParameterSpecification[],
): readonly ParameterSpecification[] {
  const refuse = (what: string, got: unknown, needs: string): never => {
    throw new VardropError(
      code,
      `[${who}] ${what}: got ${formatValue(got)}, needs ${needs}. Mend what \`parameters\` gives.`,
    );
  };
  if (!Array.isArray(specifications)) refuse('parameters', specifications, 'a list of { name, shape, initialize }');
  const names = new Set<string>();
  for (const given of specifications) {
    const { name, shape, owner = 'layer', initialize }: Partial<ParameterSpecification> = given ?? {};
    if (typeof name !== 'string' || name === '')
      return refuse('parameters', name ?? given, 'a name for each, a string');
    if (names.has(name)) refuse('parameters', name, 'each name once');
    names.add(name);
    if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n > 0)) {
      refuse(`parameter '${name}', shape`, shape, 'positive integers, or [] for a single number');
    }
    if (owner !== 'layer' && owner !== 'network') refuse(`parameter '${name}', owner`, owner, "'layer' or 'network'");
    const refuseOne: Refuse = (what, got, needs) => refuse(`parameter '${name}', ${what}`, got, needs);
    checkInitializer(refuseOne, initialize, shape as readonly number[]);
  }
  return specifications;
}

type Refuse = (what: string, got: unknown, needs: string) => never;

function checkInitializer(refuse: Refuse, initialize: unknown, shape: readonly number[]): void {
  const given = initialize as Readonly<Record<string, unknown>> | null | undefined;
  const kind = given?.kind;
  if (typeof kind !== 'string' || !Object.hasOwn(numbers, kind)) {
    const kinds = Object.keys(numbers).map((one) => `'${one}'`);
    refuse(given ? 'initialize.kind' : 'initialize', given ? kind : given, `a kind among ${kinds.join(', ')}`);
  }
  const named = numbers[kind as Initializer['kind']];
  if (named === undefined) {
    if (shape.length < 2) refuse('shape', shape, "two axes or more for the initializer 'orthogonal'");
    return;
  }
  const [name, signed] = named;
  const value = given?.[name];
  const isGood = (one: unknown) => typeof one === 'number' && Number.isFinite(Math.fround(one)) && (signed || one >= 0);
  if (kind === 'runs') {
    const count = elementCount(shape);
    if (Array.isArray(value) && value.every(isGood) && value.length > 0 && count % value.length === 0) return;
    refuse(`initialize.${name}`, value, `finite numbers, as many as divide the ${count} elements`);
  }
  if (isGood(value)) return;
  refuse(`initialize.${name}`, value, `a finite number${signed ? '' : ' that is not negative'}`);
}
