import { checkOptionNames } from '../../checkOptionNames.js';
import { VardropError } from '../../errors.js';
import { formatValue } from '../../formatValue.js';
import type { Likelihood, Likelihoods } from '../../likelihoods/likelihood.js';
import { checkGraphValue, isGraphName } from '../input.js';
import { createModel } from './createModel.js';
import { graphOf, type Model, type ModelOptions } from './model.js';

/**
 * A network as a graph: `model({ inputs: x, outputs: dense({ units: 3 })(x) })`. Layers have names in the order of a walk from the
 * outputs to the inputs, each after those that it reads.
 *
 * Throws `VARDROP_MODEL` without inputs or outputs, for anything but values of a graph, a circle, an input that is not listed or
 * not read, names that are repeated or reserved, layers that share a parameter but not its shape or initial value;
 * `VARDROP_OPTION` for unknown options; `VARDROP_LIKELIHOOD` and `VARDROP_SHAPE` for likelihoods that do not fit the outputs; and
 * what its layers throw for shapes that do not fit.
 */
export function model<Given extends Likelihoods = Likelihood<'labels'>>(options: ModelOptions<Given>): Model<Given> {
  const known = {
    inputs: true,
    outputs: true,
    noise: true,
    estimator: true,
    divergence: true,
    likelihood: true,
  } as const;
  const elsewhere = { input: 'Write inputs.', output: 'Write outputs.', loss: 'Write likelihood.' };
  checkOptionNames('model', options, known, elsewhere);
  for (const what of ['inputs', 'outputs'] as const) {
    const given: unknown = options[what];
    if (typeof given !== 'object' || given === null || Object.keys(given).length === 0)
      refuse(what, given, what === 'inputs' ? 'values that input() has made' : 'a value of a graph, or values by name');
  }
  const { inputs, outputs } = graphOf(options);
  inputs.forEach((value, i) => {
    checkGraphValue(`[model] inputs[${i}]`, value);
  });
  for (const [name, value] of Object.entries(outputs)) {
    checkGraphValue(`[model] outputs.${name}`, value);
    if (isGraphName(name)) continue;
    refuse('outputs', name, "names of letters, digits and '_', a letter first");
  }
  return createModel('model', { inputs, outputs }, options);
}

function refuse(what: string, got: unknown, needs: string): never {
  throw new VardropError('VARDROP_MODEL', `[model] ${what}: got ${formatValue(got)}, needs ${needs}.`);
}
