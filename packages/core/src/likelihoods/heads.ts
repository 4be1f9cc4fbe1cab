import { checkObject } from '../checkObject.js';
import { VardropError } from '../errors.js';
import { formatValue } from '../formatValue.js';
import type { Likelihood, Likelihoods } from './likelihood.js';
import { likelihoodParameters } from './likelihoodParameters.js';

/** An output of a model: its name, and the shape of one datapoint. */
interface Output {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What is read of a model. */
interface Outputs {
  readonly outputs: readonly Output[];
  readonly likelihood: Likelihoods;
}

/** An output of a model with its likelihood. */
export interface Head {
  readonly output: Output;
  readonly likelihood: Likelihood;
  /** The shape of one target in programs. */
  readonly targetShape: readonly number[];
  /** Begins the names that belong to this output: empty for the only one, else `<name>/`. */
  readonly prefix: string;
}

/**
 * The outputs of a model with their likelihoods. Throws `VARDROP_LIKELIHOOD` unless each output has one and each one an output,
 * `VARDROP_OPTION` for anything else than a likelihood, and what likelihoods throw for outputs that do not fit (`VARDROP_SHAPE`).
 */
export function headsOf(who: string, model: Outputs): readonly Head[] {
  const { outputs, likelihood: likelihoods } = model;
  const names = outputs.map(({ name }) => name);
  if (outputs.length === 1 && !isNamed(model)) return [headOf(who, outputs[0], likelihoods, 'likelihood', '')];
  const byName = likelihoods as Readonly<Record<string, Likelihood>>;
  const given = typeof byName === 'object' && byName !== null ? Object.keys(byName) : [];
  if ([...given].sort().join() !== [...names].sort().join()) {
    const got = given.length > 0 && !('negativeLogLikelihood' in byName) ? given.join(', ') : formatValue(likelihoods);
    throw new VardropError(
      'VARDROP_LIKELIHOOD',
      `[${who}] likelihood: got ${got}, needs one for each of the outputs ${names.join(', ')}. Write likelihood: { ${names[0]}: categorical() } in the model.`,
    );
  }
  return outputs.map((output) =>
    headOf(
      who,
      output,
      byName[output.name],
      `likelihood.${output.name}`,
      outputs.length === 1 ? '' : `${output.name}/`,
    ),
  );
}

function headOf(who: string, output: Output, likelihood: unknown, what: string, prefix: string): Head {
  for (const method of ['negativeLogLikelihood', 'targetShape', 'predictive'])
    checkObject('VARDROP_OPTION', `[${who}] ${what}`, likelihood, method, 'categorical()');
  const known = likelihood as Likelihood;
  const targetShape = known.targetShape(output.shape);
  // Called to check that the outputs fit.
  likelihoodParameters(known, output.shape);
  return { output, likelihood: known, targetShape, prefix };
}

/** Whether a model's likelihoods are given by name. Those of a model with one output need not be. */
export function isNamed({ outputs, likelihood }: Outputs): boolean {
  if (outputs.length > 1) return true;
  const given: Likelihoods | undefined = likelihood;
  return typeof given === 'object' && given !== null && Object.keys(given).join() === outputs[0].name;
}

/** The name of an output's targets in programs: `y`, or `y/<name>`. */
export function targetName({ prefix, output }: Pick<Head, 'prefix' | 'output'>): string {
  return prefix === '' ? 'y' : `y/${output.name}`;
}

/** The parameters of one likelihood among all values, by their names within it. */
export function likelihoodValues<Value>(
  { prefix }: Pick<Head, 'prefix'>,
  values: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const start = `likelihood/${prefix}`;
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(start) ? [[name.slice(start.length), value]] : [],
    ),
  );
}

/** What to write where a function was given the likelihood, for `checkOptionNames`. */
export const inModel = {
  likelihood: 'It belongs to the model: sequential({ input, layers, likelihood }).',
};
