import { checkObject } from './checkObject.js';
import { VardropError } from './errors.js';
import { formatValue } from './formatValue.js';
import type { Model, ModelOutput } from './layers/model/model.js';
import type { Likelihood } from './likelihood.js';
import type { OneOrNamed } from './oneOrNamed.js';

/** What the outputs of a model mean: one likelihood for a model with one output, or one for each output by its name. */
export type Likelihoods = OneOrNamed<Likelihood>;

/** An output of a model with its likelihood. */
export interface Head {
  readonly output: ModelOutput;
  readonly likelihood: Likelihood;
  /** Begins the names that belong to this output: empty for the only one, else `<name>/`. */
  readonly prefix: string;
}

/**
 * The outputs of a model with their likelihoods. Throws `VARDROP_LIKELIHOOD` unless each output has one and each one an output,
 * and `VARDROP_OPTION` for anything else than a likelihood.
 */
export function headsOf(who: string, model: Model, likelihoods: Likelihoods): readonly Head[] {
  const [first, ...others] = model.outputs;
  const check = (what: string, likelihood: unknown) =>
    checkObject('VARDROP_OPTION', `[${who}] ${what}`, likelihood, 'negativeLogLikelihood', 'categorical()');
  if (others.length === 0 && !isNamed(model, likelihoods)) {
    check('likelihood', likelihoods);
    return [{ output: first, likelihood: likelihoods as Likelihood, prefix: '' }];
  }
  const byName = likelihoods as Readonly<Record<string, Likelihood>>;
  const names = model.outputs.map(({ name }) => name);
  const given = typeof byName === 'object' && byName !== null ? Object.keys(byName) : [];
  if ([...given].sort().join() !== [...names].sort().join()) {
    const got = given.length > 0 && !('negativeLogLikelihood' in byName) ? given.join(', ') : formatValue(likelihoods);
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[${who}] likelihood: got ${got}, needs one for each of the outputs ${names.join(', ')}. Write likelihood: { ${names[0]}: categorical() }.`,
    );
  }
  return model.outputs.map((output) => {
    check(`likelihood.${output.name}`, byName[output.name]);
    return { output, likelihood: byName[output.name], prefix: others.length === 0 ? '' : `${output.name}/` };
  });
}

/** Whether likelihoods are given by name. Those of a model with one output need not be. */
export function isNamed(
  { outputs }: Pick<Model, 'outputs'>,
  likelihoods: Likelihoods,
): likelihoods is Readonly<Record<string, Likelihood>> {
  if (outputs.length > 1) return true;
  return typeof likelihoods === 'object' && likelihoods !== null && Object.keys(likelihoods).join() === outputs[0].name;
}

/** The name of an output's targets in programs: `y`, or `y/<name>`. */
export function targetName({ prefix, output }: Head): string {
  return prefix === '' ? 'y' : `y/${output.name}`;
}
