import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';
import type { Initializer, ParameterSpecification } from './noise/noiseModel.js';

/** The number that says how a kind of start is spread, and whether it may be negative. */
const numbers: Readonly<Record<Initializer['kind'], readonly [name: string, signed: boolean]>> = {
  constant: ['value', true],
  normal: ['deviation', false],
  uniform: ['limit', false],
};

/**
 * Parameters as a layer, its noise or a likelihood lists them, which may be one's own. Throws `code` for a list that is none,
 * names that are no strings, empty or there twice, shapes that are not made of positive integers, owners and starts that
 * there are not. `who` is whose they are.
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
    checkInitializer((what, got, needs) => refuse(`parameter '${name}', ${what}`, got, needs), initialize);
  }
  return specifications;
}

function checkInitializer(refuse: (what: string, got: unknown, needs: string) => never, initialize: unknown): void {
  const given = initialize as Readonly<Record<string, unknown>> | null | undefined;
  const kind = given?.kind;
  if (typeof kind !== 'string' || !Object.hasOwn(numbers, kind)) {
    const kinds = Object.keys(numbers).map((one) => `'${one}'`);
    refuse(given ? 'initialize.kind' : 'initialize', given ? kind : given, `a kind among ${kinds.join(', ')}`);
  }
  const [name, signed] = numbers[kind as Initializer['kind']];
  const value = given?.[name];
  if (typeof value === 'number' && Number.isFinite(Math.fround(value)) && (signed || value >= 0)) return;
  refuse(`initialize.${name}`, value, `a finite number${signed ? '' : ' that is not negative'}`);
}
